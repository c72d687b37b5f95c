import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '@berth/fixtures';
import { Mysql } from '@berth/mysql';
import { closeCodes, encodeFrame, frameIds } from '@berth/wire';
import { useChatFleet } from '../chat-fleet.fixture.ts';

const fleet = useChatFleet(1, { CAPACITY: '40', FIRST_FRAME_SECONDS: '0.5' });

const refusals: [what: string, ticket: (user: number) => Promise<string> | string][] = [
  ['forged', (user) => `${fleet.status.ticket('node-1', user).ticket.slice(0, -4)}AAAA`],
  ['expired', (user) => fleet.status.ticket('node-1', user, { expiresInMs: -1_000 }).ticket],
  ['of an earlier boot', (user) => fleet.status.ticket('node-1', user, { bootEpoch: 7 }).ticket],
  ['for another node', (user) => fleet.status.ticket('node-1', user).ticket.replace('node-1', 'node-9')],
  ['no ticket at all', () => 'x'],
  [
    'used',
    async (user) => {
      const client = await fleet.connect('node-1');
      const { ticket } = fleet.status.ticket('node-1', user);
      await client.ask('hello', { token: ticket });
      client.destroy();
      return ticket;
    },
  ],
];

for (const [what, ticket] of refusals)
  test(`a ticket that is ${what} is refused by name and the connection closed`, async () => {
    const user = await fleet.user();
    const token = await ticket(user);
    for (const transport of ['tcp', 'ws'] as const) {
      const client = await fleet.connect('node-1', transport);
      await assert.rejects(client.ask('hello', { token }), { code: 'ticket_invalid' });
      assert.equal(await client.closed, transport === 'ws' ? closeCodes.ticketInvalid.code : 0);
    }
  });

test('a ticket of a session that was ended is refused', async () => {
  const user = await fleet.user();
  const signed = fleet.status.ticket('node-1', user);
  fleet.status.revoke({ userId: user, sessionIds: [signed.session] });
  await eventually('the revocation is known', async () => {
    const probe = await fleet.connect('node-1');
    const again = fleet.status.ticket('node-1', user, { session: signed.session });
    return probe.ask('hello', { token: again.ticket }).then(
      () => false,
      (error) => error.code === 'session_ended',
    );
  });
  const client = await fleet.connect('node-1');
  await assert.rejects(client.ask('hello', { token: signed.ticket }), { code: 'session_ended' });
  assert.equal(await client.closed, closeCodes.sessionEnded.code);
});

test('a request before hello is refused and the connection closed', async () => {
  const client = await fleet.connect('node-1');
  await assert.rejects(client.ask('heartbeat', {}), { code: 'unauthenticated' });
  assert.equal(await client.closed, closeCodes.ticketInvalid.code);
});

test('a first frame that does not come in time ends the connection', async () => {
  const client = await fleet.connect('node-1');
  const dribbler = await fleet.connect('node-1', 'tcp');
  dribbler.raw(Uint8Array.of(4, 25, 0));
  assert.equal(await client.closed, closeCodes.firstFrameLate.code);
  assert.equal(client.pushes('error')[0]!.error.code, 'unauthenticated');
  await dribbler.closed;
  assert.equal(dribbler.pushes('error')[0]!.error.code, 'unauthenticated');
});

test('a first frame over 4 KiB ends the connection, a later one may be large', async () => {
  const token = 'x'.repeat(5_000);
  for (const transport of ['tcp', 'ws'] as const) {
    const client = await fleet.connect('node-1', transport);
    client.send('hello', { req: 1, token });
    assert.equal(await client.closed, transport === 'ws' ? closeCodes.badFrame.code : 0);
  }
  const guest = await fleet.logIn('node-1', await fleet.user(), { transport: 'tcp' });
  const marks = Array.from({ length: 2_000 }, (_, i): [number, number] => [2_000_000_000 + i, 7]);
  assert.deepEqual((await guest.ask('resume', { marks })).conversations, []);
});

test('what comes behind a hello that is refused is passed over, so that the refusal itself is told', async () => {
  const { ticket } = fleet.status.ticket('node-1', await fleet.user());
  for (const transport of ['tcp', 'ws'] as const) {
    const client = await fleet.connect('node-1', transport);
    client.raw(
      Buffer.concat([
        encodeFrame(frameIds.hello, { req: 1, token: `${ticket.slice(0, -4)}AAAA` }),
        encodeFrame(frameIds.resume, { req: 2, marks: [] }),
        encodeFrame(frameIds.heartbeat, { req: 3 }),
      ]),
    );
    await client.closed;
    assert.deepEqual(
      client.frames.map(({ body }) => [body.req, (body.error as { code: string }).code]),
      [[1, 'ticket_invalid']],
    );
  }
});

test('hello and resume may come in one piece, and are answered in order', async () => {
  const user = await fleet.user();
  for (const transport of ['tcp', 'ws'] as const) {
    const client = await fleet.connect('node-1', transport);
    const { ticket } = fleet.status.ticket('node-1', user);
    client.raw(
      Buffer.concat([
        encodeFrame(frameIds.hello, { req: 1, token: ticket }),
        encodeFrame(frameIds.resume, { req: 2, marks: [] }),
        encodeFrame(frameIds.heartbeat, { req: 3 }),
      ]),
    );
    await eventually('three answers', () => client.frames.length === 3);
    assert.deepEqual(client.frames.map(({ body }) => body.req).sort(), [1, 2, 3]);
    assert.equal(client.frames[0]!.body.req, 1);
    assert.equal((client.frames[0]!.body.user as { id: number }).id, user);
    client.destroy();
  }
});

test('a full node refuses with no_berth and takes the next one when somebody has left', async () => {
  const user = await fleet.user();
  const guests = [];
  for (;;) {
    const client = await fleet.connect('node-1');
    const { ticket } = fleet.status.ticket('node-1', user, { deviceClass: `d${guests.length}` });
    const answer = await client.ask('hello', { token: ticket }).catch((error) => error.code);
    if (answer === 'no_berth') {
      assert.equal(await client.closed, closeCodes.busy.code);
      break;
    }
    guests.push(client);
    assert.ok(guests.length <= 40);
  }
  for (const guest of guests) guest.destroy();
  const guest = await eventually('room', () => fleet.logIn('node-1', user));
  guest.destroy();
});

test('as many get in at once as one after the other', async () => {
  await fleet.start('node-2');
  const users = await Promise.all(Array.from({ length: 41 }, () => fleet.user()));
  const clients = await Promise.all(users.map(() => fleet.connect('node-2')));
  try {
    const answers = await Promise.all(
      clients.map((client, at) =>
        client.ask('hello', { token: fleet.status.ticket('node-2', users[at]!).ticket }).then(
          () => 'in',
          (error) => error.code,
        ),
      ),
    );
    assert.equal(answers.filter((answer) => answer === 'in').length, 40);
    assert.ok(answers.includes('no_berth'));
  } finally {
    for (const client of clients) client.destroy();
    await fleet.stop('node-2');
  }
});

test('an account that is gone cannot log in', async () => {
  const client = await fleet.connect('node-1');
  const { ticket } = fleet.status.ticket('node-1', 2_000_000_000);
  await assert.rejects(client.ask('hello', { token: ticket }), { code: 'session_ended' });
});

test('the registry hears of the reservation until it has acknowledged it, and of the count', async () => {
  const user = await fleet.user();
  const client = await fleet.connect('node-1');
  const { ticket, reservation } = fleet.status.ticket('node-1', user);
  await client.ask('hello', { token: ticket });
  const loads = await eventually('a load with the reservation', () => {
    const all = fleet.status.loads.get('node-1')!;
    const at = all.findIndex((load) => load.usedReservations.includes(reservation));
    return at >= 0 && all.length > at + 2 ? all.slice(at) : undefined;
  });
  assert.ok(loads[0]!.connections >= 1);
  assert.ok(!loads.at(-1)!.usedReservations.includes(reservation));
  for (const [i, load] of loads.entries()) if (i > 0) assert.equal(load.sequence, loads[i - 1]!.sequence + 1);
});

test('one who is still getting in is not counted beside the reservation, which counts for them until it is told', async () => {
  await fleet.start('node-2', { FIRST_FRAME_SECONDS: '30' });
  const user = await fleet.user();
  const client = await fleet.connect('node-2');
  const { ticket, reservation } = fleet.status.ticket('node-2', user);
  const loads = () => fleet.status.loads.get('node-2')!;
  const locker = new Mysql({ url: fleet.mysql.url, poolSize: 1 });
  try {
    await locker.run('LOCK TABLES users WRITE');
    const answer = client.ask('hello', { token: ticket });
    await eventually('the log-in has begun', async () => (await sessions()) === 1);
    const from = loads().length;
    await eventually('a report', () => loads().length > from);
    await locker.run('UNLOCK TABLES');
    await answer;
    const told = () => loads().findIndex((load) => load.usedReservations.includes(reservation));
    await eventually('the reservation is told', () => told() >= 0);
    assert.deepEqual(
      loads()
        .slice(from, told() + 1)
        .map(({ connections }) => connections),
      [...Array(told() - from).fill(0), 1],
    );
  } finally {
    await locker.close();
    client.destroy();
    await fleet.stop('node-2');
  }
});

/** Of that node, those that still open included. */
async function sessions(): Promise<number> {
  const metrics = await fetch(`http://127.0.0.1:${fleet.chat('node-2').ports.ops}/metrics`);
  return Number(/^chat_sessions(?:\{[^}]*\})? (\d+)$/m.exec(await metrics.text())![1]);
}
