import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '@berth/fixtures';
import { closeCodes, encodeFrame, frameIds, type Pushes } from '@berth/wire';
import { type Guest, useChatFleet } from '../chat-fleet.fixture.ts';

const fleet = useChatFleet(1, {
  HEARTBEAT_SECONDS: '0.4',
  DEAD_SECONDS: '1.5',
  FRAMES_PER_SECOND: '50',
  FRAMES_BURST: '100',
});

const transports = ['tcp', 'ws'] as const;

/** The answer to a frame with whatever body, by its id. */
async function answerTo(guest: Guest, id: number, body: Uint8Array): Promise<Record<string, unknown>> {
  guest.frames.length = 0;
  const header = Uint8Array.of(id >> 8, id & 0xff, body.length >> 8, body.length & 0xff);
  guest.raw(Buffer.concat([header, body]));
  return eventually('an answer', () => guest.frames.find((frame) => frame.id !== frameIds.probe)?.body);
}

const errorIn = (body: Record<string, unknown>) => (body as unknown as Pushes['error']).error.code;

test('unfinished resumes of one user’s sessions are bounded together', async () => {
  const user = await fleet.user();
  const guests = [await fleet.logIn('node-1', user), await fleet.logIn('node-1', user)];
  const marks = (from: number) => Array.from({ length: 2_000 }, (_, index) => [from + index, 1]);
  for (const [index, guest] of guests.entries()) {
    guest.frames.length = 0;
    for (let from = 1; from < 56_000; from += 2_000)
      guest.raw(encodeFrame(frameIds.resume, { req: from + index, marks: marks(from), more: true }));
    assert.ok((await guest.ask('heartbeat', {})).now > 0, 'they are not answered, and read before this');
  }
  const refusals = guests.flatMap(({ frames }) => frames.filter(({ id }) => id === frameIds.resume + 1));
  assert.ok(refusals.length > 0);
  for (const { body } of refusals)
    assert.equal((body as unknown as Pushes['error']).error.code, 'limit_reached');
  for (const guest of guests) guest.destroy();
});

for (const transport of transports) {
  test(`malformed bodies are answered and the connection lives on, over ${transport}`, async () => {
    const guest = await fleet.logIn('node-1', await fleet.user(), { transport });
    const json = (text: string) => Buffer.from(text);
    const bodies: [string, Uint8Array][] = [
      ['no JSON', json('{"req":1')],
      ['no UTF-8', Uint8Array.of(0x22, 0xff, 0xfe, 0x22)],
      ['empty', new Uint8Array(0)],
      ['an array', json('[1,2]')],
      ['null', json('null')],
      ['deep', json(`{"req":1,"marks":${'['.repeat(30_000)}${']'.repeat(30_000)}}`)],
      ['of the wrong type', json('{"req":"1","marks":7}')],
    ];
    for (const [what, body] of bodies)
      assert.equal(errorIn(await answerTo(guest, frameIds.resume, body)), 'bad_request', what);
    const known = await answerTo(guest, frameIds.resume, json('{"req":5,"marks":"none"}'));
    assert.deepEqual([known.req, errorIn(known)], [5, 'bad_request']);
    for (const id of [0, 7, 1_048, 2_047, 65_535]) {
      const unknown = await answerTo(guest, id, json('{}'));
      assert.deepEqual([errorIn(unknown), unknown.id], ['unknown_frame', id]);
    }
    assert.ok((await guest.ask('heartbeat', {})).now > 0);
    guest.destroy();
  });

  test(`a body with __proto__ pollutes nothing, over ${transport}`, async () => {
    const guest = await fleet.logIn('node-1', await fleet.user(), { transport });
    const body = Buffer.from(
      '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},"req":9}',
    );
    const answer = await answerTo(guest, frameIds.heartbeat, body);
    assert.equal(answer.req, 9);
    assert.equal(({} as { polluted?: boolean }).polluted, undefined);
    guest.destroy();
  });

  test(`more frames than the bucket holds close the connection, over ${transport}`, async () => {
    const guest = await fleet.logIn('node-1', await fleet.user(), { transport });
    const frames = Array.from({ length: 400 }, (_, req) => encodeFrame(frameIds.heartbeat, { req }));
    guest.raw(Buffer.concat(frames));
    assert.equal(await guest.closed, transport === 'ws' ? closeCodes.flood.code : 0);
    assert.equal(guest.pushes('goAway')[0]!.reason, 'flood');
    assert.ok(guest.frames.length <= 102);
  });

  test(`who is silent is asked, and given up when no answer comes, over ${transport}`, async () => {
    const guest = await fleet.logIn('node-1', await fleet.user(), { transport });
    await guest.next('probe');
    assert.equal(await guest.closed, transport === 'ws' ? closeCodes.silent.code : 0);
    assert.equal(guest.pushes('goAway')[0]!.reason, 'silent');
  });

  test(`who answers the probe stays, over ${transport}`, async () => {
    const guest = await fleet.logIn('node-1', await fleet.user(), { transport });
    for (let i = 0; i < 3; i++) {
      await guest.next('probe');
      guest.raw(encodeFrame(frameIds.probe + 1, {}));
    }
    assert.ok(!guest.isClosed);
    guest.destroy();
  });

  test(`goodbye is answered, then the connection closes, over ${transport}`, async () => {
    const guest = await fleet.logIn('node-1', await fleet.user(), { transport });
    assert.deepEqual(Object.keys(await guest.ask('goodbye', {})), ['req']);
    assert.equal(await guest.closed, transport === 'ws' ? closeCodes.goodbye.code : 0);
  });
}

test('a second hello is refused and the session lives on', async () => {
  const guest = await fleet.logIn('node-1', await fleet.user());
  await assert.rejects(guest.ask('hello', { token: 'x' }), { code: 'conflict' });
  assert.ok((await guest.ask('heartbeat', {})).now > 0);
  guest.destroy();
});

test('over WebSocket a text message, or one that ends within a frame, ends the connection', async () => {
  const text = await fleet.connect('node-1');
  text.raw('hello' as never);
  assert.equal(await text.closed, closeCodes.badFrame.code);
  const cut = await fleet.logIn('node-1', await fleet.user());
  cut.raw(encodeFrame(frameIds.heartbeat, { req: 1 }).subarray(0, 7));
  assert.equal(await cut.closed, closeCodes.badFrame.code);
});

test('over WebSocket a message larger than one frame can be ends the connection', async () => {
  const guest = await fleet.logIn('node-1', await fleet.user());
  guest.raw(Buffer.alloc(70_000, 1));
  assert.equal(await guest.closed, 1009);
});
