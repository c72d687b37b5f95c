import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NodeState } from '@berth/contracts/status';
import { eventually } from '@berth/fixtures';
import { closeCodes } from '@berth/wire';
import { type Guest, useChatFleet } from '../chat-fleet.fixture.ts';
import { WireClient } from './wire-client.fixture.ts';

const fleet = useChatFleet(2);

async function guests(node: string, count: number, moves = false): Promise<Guest[]> {
  const logIn = async () => fleet.logIn(node, await fleet.user(), { moves });
  return Promise.all(Array.from({ length: count }, logIn));
}

const lastState = (node: string) => fleet.status.loads.get(node)!.at(-1)!.state;

test('a node that closes sends its sessions to their next berth, and they are expected there', async () => {
  await fleet.start('node-3', { DRAIN_SECONDS: '1' });
  const leaving = await guests('node-3', 10);
  const closed = fleet.stop('node-3');
  for (const guest of leaving) {
    const { reason, retryAfterMs, berth } = await guest.next('goAway');
    assert.deepEqual([reason, retryAfterMs], ['drain', 0]);
    assert.ok(berth && berth.node !== 'node-3');
    const next = await WireClient.tcp(berth.port);
    const hello = await next.ask('hello', { token: berth.ticket });
    assert.deepEqual([hello.user.id, hello.session], [guest.user, guest.session]);
    assert.ok([closeCodes.goAway.code, closeCodes.moved.code].includes((await guest.closed) as never));
    next.destroy();
  }
  await closed;
  assert.equal(fleet.status.loads.get('node-3')!.at(-1)!.state, NodeState.NODE_STATE_DRAINING);
  assert.ok(!fleet.status.nodes.has('node-3'));
});

test('sessions leave over the window, not at once', async () => {
  await fleet.start('node-4', { DRAIN_SECONDS: '2' });
  const leaving = await guests('node-4', 20);
  const startedAt = performance.now();
  const times: number[] = [];
  const watching = leaving.map(async (guest) => {
    await guest.next('goAway');
    times.push(performance.now() - startedAt);
    guest.destroy();
  });
  await fleet.stop('node-4');
  await Promise.all(watching);
  assert.ok(times.at(-1)! - times[0]! > 500, `${times.map(Math.round)}`);
});

test('a client that moves arrives at its next berth, is served on, and leaves by itself', async () => {
  await fleet.start('node-7', { DRAIN_SECONDS: '5' });
  const [guest, other] = [(await guests('node-7', 1, true))[0]!, (await guests('node-1', 1))[0]!];
  const { conversation } = (await guest.ask('directOpen', { user: other.user })).conversation;
  const closed = fleet.stop('node-7');
  const { berth, startAfterMs, leaveWithinMs } = await guest.next('goAway');
  assert.ok(startAfterMs! >= 0 && leaveWithinMs! >= 15_000 && berth);
  const next = await WireClient.tcp(berth.port);
  await next.ask('hello', { token: berth.ticket, moves: true });
  await next.ask('resume', { marks: [] });
  // Its route is elsewhere by now, and that it was told here.
  await other.ask('send', { conversation, cid: 'x', text: 'to both' });
  await Promise.all([guest, next].map((one) => one.next('deliver', ({ text }) => text === 'to both')));
  assert.ok((await guest.ask('send', { conversation, cid: 'y', text: 'still here' })).seq > 0);
  assert.equal(guest.isClosed, false);
  assert.deepEqual(guest.pushes('moved'), []);
  guest.destroy();
  await closed;
  assert.ok((await next.ask('heartbeat', {})).now > 0);
  next.destroy();
});

test('the registry hears how many of those who are connected have a place elsewhere', async () => {
  await fleet.start('node-14');
  const all = await guests('node-14', 8, true);
  const loads = () => fleet.status.loads.get('node-14')!;
  fleet.status.command('node-14', { $case: 'drain', value: { rate: 0, reason: '', sessions: 0, avoid: [] } });
  await Promise.all(all.map((guest) => guest.next('goAway')));
  await eventually('all leave', () => loads().at(-1)!.leaving === 8);
  assert.equal(loads().at(-1)!.connections, 8);
  assert.ok(fleet.status.batches.includes(8), 'their places were asked for together');
  for (const guest of all.slice(0, 5)) guest.destroy();
  await eventually('some are gone', () => loads().at(-1)!.connections === 3);
  for (const guest of all) guest.destroy();
  await eventually('nobody is left', () => loads().at(-1)!.connections === 0);
  for (const { connections, leaving } of loads())
    assert.ok(leaving <= connections, `${leaving} of ${connections}`);
  assert.deepEqual(
    [loads().at(-1)!.leaving, loads().find(({ connections }) => connections === 3)!.leaving],
    [0, 3],
  );
  await fleet.stop('node-14');
});

test('clients that move wait while no other node has room, and those that ask in vain stay', async () => {
  await fleet.start('node-8');
  const all = await guests('node-8', 20, true);
  fleet.status.free = 5;
  fleet.status.command('node-8', { $case: 'drain', value: { rate: 0, reason: '', sessions: 0, avoid: [] } });
  await eventually('as many are told as there are places', () => told() === 5);
  await eventually('others were refused', () => fleet.status.free < -30);
  assert.equal(told(), 5);
  fleet.status.free = 15;
  await eventually('the rest is told', () => told() === 20);
  function told(): number {
    return all.filter((guest) => guest.pushes('goAway').length > 0).length;
  }
  for (const guest of all) guest.destroy();
  fleet.status.free = Number.POSITIVE_INFINITY;
  await fleet.stop('node-8');
});

test('a part of the sessions is moved to even out the fleet, of clients that lose nothing, and the node goes on', async () => {
  await fleet.start('node-9');
  const [movers, others] = [await guests('node-9', 10, true), await guests('node-9', 5)];
  fleet.status.command('node-9', {
    $case: 'drain',
    value: { rate: 0, reason: 'rebalance', sessions: 4, avoid: ['node-1'] },
  });
  await eventually(
    'four are told',
    () => movers.filter((guest) => guest.pushes('goAway').length > 0).length === 4,
  );
  assert.equal(lastState('node-9'), NodeState.NODE_STATE_READY);
  for (const guest of movers)
    for (const { berth } of guest.pushes('goAway'))
      assert.equal(berth!.node, 'node-2', 'node-1 is to be avoided');
  await guests('node-9', 1);
  assert.deepEqual(
    [...movers, ...others].map((guest) => guest.pushes('goAway').length).filter((count) => count > 0).length,
    4,
  );
  for (const guest of [...movers, ...others]) guest.destroy();
  await fleet.stop('node-9');
});

test('a node that closes is ordered about no more: everybody is sent to their next berth', async () => {
  const drain = { rate: 0, reason: 'ordered', sessions: 0, avoid: [] };
  for (const [node, command] of [
    ['node-10', { $case: 'cordon', value: false }],
    ['node-11', { $case: 'drain', value: drain }],
  ] as const) {
    await fleet.start(node, { DRAIN_SECONDS: '2' });
    const leaving = await guests(node, 10);
    const told = leaving.map((guest) => guest.next('goAway'));
    const closed = fleet.stop(node);
    await Promise.any(told);
    fleet.status.command(node, command);
    const lost = (await Promise.all(told)).filter(({ berth }) => berth === undefined);
    assert.equal(lost.length, 0, node);
    await closed;
    assert.equal(lastState(node), NodeState.NODE_STATE_DRAINING);
  }
});

test('in a rollout people move to the node that came to take the place of theirs, which gives them time', async () => {
  await fleet.start('node-12', { DRAIN_SECONDS: '30' });
  const leaving = await guests('node-12', 6, true);
  fleet.status.timePasses();
  const successor = await fleet.start('node-13', { DRAIN_SECONDS: '5' });
  const look = () => fetch(`http://127.0.0.1:${successor.ports.ops}/readyz`);
  const first = await look();
  assert.deepEqual([first.status, successor.isReady], [503, true], 'it takes people, and a rollout waits');
  assert.deepEqual(Object.keys(((await first.json()) as { failed: object }).failed), ['rollout']);
  await eventually('the rollout goes on', async () => (await look()).status === 200, 60_000);
  const closed = fleet.stop('node-12');
  for (const guest of leaving) {
    const { berth } = await guest.next('goAway');
    assert.equal(berth?.node, 'node-13', 'the others may be the next to end');
  }
  for (const guest of leaving) guest.destroy();
  await closed;
  await fleet.stop('node-13');
});

test('one who is told to move and comes here again has no second connection that a revocation does not find', async () => {
  const user = await fleet.user();
  const guest = await fleet.logIn('node-1', user, { moves: true });
  const command = { rate: 0, reason: 'rebalance', sessions: 1, avoid: [] };
  fleet.status.command('node-1', { $case: 'drain', value: command });
  await guest.next('goAway');
  const again = await fleet.logIn('node-1', user, { moves: true, session: guest.session });
  fleet.status.revoke({ userId: user, sessionIds: [guest.session] });
  assert.equal(await again.closed, closeCodes.sessionEnded.code);
  await assert.rejects(guest.ask('heartbeat', {}), 'nobody is served on the connection before');
  assert.equal(await guest.closed, closeCodes.moved.code);
});

test('what was sent before the end is acknowledged and stored', async () => {
  await fleet.start('node-5');
  const [alice, bob] = [(await guests('node-5', 1))[0]!, (await guests('node-1', 1))[0]!];
  const { conversation } = (await alice.ask('directOpen', { user: bob.user })).conversation;
  const receipts = Array.from({ length: 50 }, (_, i) =>
    alice.ask('send', { conversation, cid: `c${i}`, text: `${i}` }),
  );
  const closed = fleet.stop('node-5');
  const seqs = (await Promise.all(receipts)).map(({ seq }) => seq);
  assert.equal(new Set(seqs).size, 50);
  await closed;
  for (let i = 0; i < 50; i++) await bob.next('deliver', ({ text }) => text === `${i}`);
});

test('without the registry sessions live on, and a drain sends them away without a berth', async () => {
  await fleet.start('node-6');
  const [guest] = await guests('node-6', 1);
  fleet.status.stop();
  await eventually('the loss is noticed', () => !fleet.chat('node-6').isReady);
  assert.ok((await guest!.ask('heartbeat', {})).now > 0);
  const closed = fleet.stop('node-6');
  const { berth, retryAfterMs } = await guest!.next('goAway');
  assert.equal(berth, undefined);
  assert.ok(retryAfterMs > 0);
  await closed;
  await fleet.status.start();
  await eventually('everyone is back', () => fleet.status.nodes.size === 2);
  assert.ok((await guests('node-1', 1)).length === 1);
});

test('a cordon is reported and taken back; a drain by command empties a node that stays', async () => {
  fleet.status.command('node-2', { $case: 'cordon', value: true });
  await eventually('cordoned', () => lastState('node-2') === NodeState.NODE_STATE_CORDONED);
  const all = await guests('node-2', 5);
  fleet.status.command('node-2', {
    $case: 'drain',
    value: { rate: 50, reason: 'rebalance', sessions: 0, avoid: [] },
  });
  for (const guest of all) assert.equal((await guest.next('goAway')).reason, 'rebalance');
  for (const guest of all) await guest.closed;
  assert.equal(lastState('node-2'), NodeState.NODE_STATE_DRAINING);
  fleet.status.command('node-2', { $case: 'cordon', value: false });
  await eventually('ready', () => lastState('node-2') === NodeState.NODE_STATE_READY);
  const [guest] = await guests('node-2', 1);
  assert.ok((await guest!.ask('heartbeat', {})).now > 0);
});

test('sessions ended while the registry was away are closed when it is back', async () => {
  const [named, reset, other] = (await guests('node-1', 3)) as [Guest, Guest, Guest];
  fleet.status.stop();
  await eventually('the loss is noticed', () => !fleet.chat('node-1').isReady);
  await fleet.mysql.db.run(
    `INSERT INTO sessions (user_id, id, generation, device_class, created_at, last_seen_at, expires_at, ended_at)
     VALUES (?, ?, 1, 'web', 1, 1, 1, 1)`,
    [named.user, Buffer.from(named.session, 'hex')],
  );
  await fleet.mysql.db.run('UPDATE users SET generation = 2 WHERE id = ?', [reset.user]);
  await fleet.status.start();
  assert.equal(await named.closed, closeCodes.sessionEnded.code);
  assert.equal(await reset.closed, closeCodes.sessionEnded.code);
  assert.ok((await other.ask('heartbeat', {})).now > 0);
});
