import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answerId, closeCodes, frameIds } from '@berth/wire';
import { settled } from '../test/fake-clock.ts';
import { refusal } from '../test/fake-platform.ts';
import { online, setup } from '../test/setup.ts';

test('a lost connection is made anew within a second, on another node', async () => {
  const { client, platform, clock, states } = await online();
  platform.socket.close();
  await settled();
  assert.equal(client.state.kind, 'offline');
  await clock.advance(1_000);
  assert.equal(client.state.kind, 'online');
  assert.deepEqual(platform.requests.at(-1)!.body, { avoid: ['node-1'] });
  assert.deepEqual(states.at(-1), { kind: 'online', node: 'node-2', movedFrom: 'node-1' });
});

test('the delay is uniform below a cap that doubles from 1 s to 60 s', async () => {
  const { client, platform, clock } = await online();
  platform.onHttp((_, path) => (path === '/v1/berths' ? refusal('unavailable') : undefined));
  platform.socket.close();
  await settled();
  const delays: number[] = [];
  for (let attempt = 0; attempt < 9; attempt++) {
    assert.equal(client.state.kind, 'offline');
    const delay = (client.state as { retryAt: number }).retryAt - clock.now();
    delays.push(delay);
    await clock.advance(delay);
  }
  assert.deepEqual(delays, [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
});

test('a retry delay of the server is waited for, and jittered', async () => {
  const { client, platform, clock } = await online();
  platform.onHttp((_, path) => (path === '/v1/berths' ? refusal('no_berth', 7_000) : undefined));
  platform.socket.close();
  await clock.advance(500);
  assert.equal((client.state as { retryAt: number }).retryAt - clock.now(), 7_000 + 1_000);
});

test('when there is no other node, the one that was lost is asked for', async () => {
  const { client, platform, clock } = await online();
  platform.onHttp((_, path, body) =>
    path === '/v1/berths' && (body as { avoid: string[] }).avoid.length > 0 ? refusal('no_berth') : undefined,
  );
  platform.socket.close();
  await clock.advance(1_000);
  assert.equal(client.state.kind, 'online');
});

test('sent away with the next berth in hand, the client goes there at once', async () => {
  const { client, platform, clock } = await online();
  await clock.advance(5_000);
  const asked = platform.requests.length;
  platform.socket.push('goAway', { reason: 'drain', retryAfterMs: 30_000, berth: platform.berth('next') });
  await settled();
  assert.equal(platform.socket.node, 'next');
  assert.equal(platform.sockets[0]!.open, false);
  assert.deepEqual(client.state, { kind: 'online', node: 'next', movedFrom: 'node-1' });
  assert.equal(platform.requests.length, asked);
});

test('sent away without a berth, the client waits as told', async () => {
  const { client, platform, clock } = await online();
  platform.socket.push('goAway', { reason: 'shutdown', retryAfterMs: 3_000 });
  await clock.advance(3_499);
  assert.equal(client.state.kind, 'offline');
  await clock.advance(1);
  assert.equal(client.state.kind, 'online');
});

test('a kicked client says by whom and stays away until it is told to connect', async () => {
  const { client, platform, clock } = await online();
  platform.socket.push('kicked', { reason: 'other-session', device: 'phone' });
  await settled();
  assert.deepEqual(client.state, { kind: 'kicked', reason: 'other-session', device: 'phone' });
  await clock.advance(3_600_000);
  assert.equal(platform.sockets.length, 1);
  await assert.rejects(client.request('friends', {}), { code: 'unavailable' });
  client.connect();
  await settled();
  assert.equal(client.state.kind, 'online');
});

for (const [what, end] of [
  ['told by a push', (made) => made.platform.socket.push('kicked', { reason: 'session-ended' })],
  ['told by the close code', (made) => made.platform.socket.close(closeCodes.sessionEnded.code)],
] as [string, (made: Awaited<ReturnType<typeof online>>) => void][]) {
  test(`an ended session ends the attempts (${what})`, async () => {
    const made = await online();
    end(made);
    await settled();
    assert.deepEqual(made.client.state, { kind: 'ended', reason: 'session-ended' });
    await made.clock.advance(3_600_000);
    assert.equal(made.platform.sockets.length, 1);
  });
}

test('a session that gate does not know any more ends the attempts', async () => {
  const { client, platform, clock } = await online();
  platform.onHttp((_, path) => (path === '/v1/berths' ? refusal('session_ended') : undefined));
  platform.socket.close();
  await clock.advance(1_000);
  assert.deepEqual(client.state, { kind: 'ended', reason: 'session-ended' });
});

test('a frame that the node calls no frame is not tried again by itself', async () => {
  const { client, platform, clock } = await online();
  platform.socket.close(closeCodes.badFrame.code);
  await settled();
  assert.equal((client.state as { retryAt: number }).retryAt, Number.POSITIVE_INFINITY);
  await clock.advance(3_600_000);
  assert.equal(platform.sockets.length, 1);
  client.wake();
  await settled();
  assert.equal(client.state.kind, 'online');
});

test('two clients with one session do not fight for it', async () => {
  const { client, platform, clock } = await online();
  platform.socket.push('moved', { node: 'node-9' });
  await clock.advance(1_000);
  assert.equal(client.state.kind, 'online');
  platform.socket.push('moved', { node: 'node-9' });
  await settled();
  assert.deepEqual(client.state, { kind: 'kicked', reason: 'elsewhere' });
});

test('a node that does not open, or does not answer hello, is left for another one', async () => {
  const { client, platform, clock } = setup();
  platform.onOpen(({ node }) => node !== 'node-1');
  platform.on('hello', (_, { node }) => (node === 'node-2' ? 'silence' : undefined));
  await client.logIn({ email: 'ann@example.org', password: 'secret-words' });
  client.connect();
  await clock.advance(10_000 + 500);
  assert.equal(platform.socket.node, 'node-2');
  await clock.advance(10_000 + 1_000);
  assert.equal(platform.socket.node, 'node-3');
  assert.equal(client.state.kind, 'online');
});

test('a ticket that is refused is replaced', async () => {
  const { client, platform, clock } = setup();
  platform.on('hello', (_, { node }) => (node === 'node-1' ? refusal('ticket_invalid') : undefined));
  await client.logIn({ email: 'ann@example.org', password: 'secret-words' });
  client.connect();
  await clock.advance(1_000);
  assert.equal(client.state.kind, 'online');
  assert.equal(platform.requests.at(-1)!.path, '/v1/berths');
});

test('a ticket that has grown old is not used', async () => {
  const { client, platform, clock } = setup();
  await client.logIn({ email: 'ann@example.org', password: 'secret-words' });
  await clock.advance(12_000);
  client.connect();
  await settled();
  assert.equal(client.state.kind, 'online');
  assert.equal(platform.requests.at(-1)!.path, '/v1/berths');
});

test('the client is heard at least every 25 s, and gives up a node that does not answer', async () => {
  const { client, platform, clock } = await online();
  await clock.advance(100_000);
  const beats = platform.socket.bodies('heartbeat').length;
  assert.ok(beats >= 4 && beats <= 6, `${beats} heartbeats in 100 s`);
  platform.on('heartbeat', () => 'silence');
  await clock.advance(24_000 + 15_000);
  assert.equal(platform.sockets.length > 1 || client.state.kind === 'offline', true);
});

test('a node that owes an answer for 5 s is asked whether it is there, and left when it is not', async () => {
  const { client, platform, clock, states } = await online();
  await clock.advance(7_000);
  platform.on('send', (_, { node }) => (node === 'node-1' ? 'silence' : undefined));
  platform.on('heartbeat', (_, { node }) => (node === 'node-1' ? 'silence' : undefined));
  const said = client.send(1, 'is anybody there?');
  await clock.advance(4_999);
  assert.equal(client.state.kind, 'online');
  assert.equal(platform.socket.bodies('heartbeat').length, 0);
  await clock.advance(1);
  assert.deepEqual(client.state, { kind: 'connecting', attempt: 0 });
  assert.equal(platform.socket.bodies('heartbeat').length, 1);
  await clock.advance(4_000 + 1_000);
  assert.equal((states.at(-1) as { node: string }).node, 'node-2');
  assert.deepEqual(platform.requests.at(-1)!.body, { avoid: ['node-1'] });
  assert.equal((await said.whenSent()).seq, 1);
});

test('a node that is slow to answer, but there, is kept', async () => {
  const { client, platform, clock, states } = await online();
  platform.on('friends', () => 'silence');
  const slow = assert.rejects(client.request('friends', {}), { code: 'deadline' });
  await clock.advance(5_000);
  assert.deepEqual(
    states.slice(-2).map(({ kind }) => kind),
    ['connecting', 'online'],
  );
  assert.equal(platform.socket.bodies('heartbeat').length, 1);
  await clock.advance(5_000);
  await slow;
  assert.equal(platform.sockets.length, 1);
});

test('an answer that is there to be read when the client runs again was in time', async () => {
  const { client, platform, clock, states } = await online();
  platform.on('friends', () => 'silence');
  const asked = client.request('friends', {});
  states.length = 0;
  // Kept from running for five seconds: first come the timers that are due, and then what has come meanwhile.
  clock.setTimeout(() => {
    const [{ req }] = platform.socket.bodies('friends') as [{ req: number }];
    platform.socket.frame(answerId(frameIds.friends), { req, friends: [] });
  }, 5_000);
  await clock.advance(5_000);
  assert.deepEqual((await asked).friends, []);
  assert.deepEqual([states, platform.socket.bodies('heartbeat')], [[], []]);
});

test('a node that says anything at all is not asked', async () => {
  const { client, platform, clock, states } = await online();
  platform.on('friends', () => 'silence');
  const slow = assert.rejects(client.request('friends', {}), { code: 'deadline' });
  for (let seconds = 0; seconds < 10; seconds += 2) {
    await clock.advance(2_000);
    platform.say(1, `at ${seconds}`);
  }
  await slow;
  assert.equal(platform.socket.bodies('heartbeat').length, 0);
  assert.equal(states.at(-1)!.kind, 'online');
});

test('a node that is asked whether it is there, and tells other things before it answers, is there', async () => {
  const { client, platform, clock } = await online();
  platform.on('send', () => 'silence');
  platform.on('heartbeat', () => 'silence');
  client.send(7, 'x');
  await clock.advance(5_000);
  assert.equal(platform.socket.bodies('heartbeat').length, 1);
  await clock.advance(2_000);
  platform.socket.push('probe', { now: 1 });
  await clock.advance(3_000);
  assert.equal(client.state.kind, 'online');
  assert.equal(platform.sockets.length, 1);
  await clock.advance(10_000);
  assert.notEqual(platform.socket.node, 'node-1', 'and is left when it says nothing after all');
});

test('whoever is heard anyway sends no heartbeats', async () => {
  const { client, platform, clock } = await online();
  for (let index = 0; index < 20; index++) {
    await client.request('friends', {});
    await clock.advance(10_000);
  }
  assert.equal(platform.socket.bodies('heartbeat').length, 0);
});

test('a probe is answered', async () => {
  const { platform } = await online();
  platform.socket.push('probe', { now: 1 });
  assert.equal(platform.socket.names().at(-1), 'probe');
});

test('waking up tries at once when offline and asks the node when online', async () => {
  const { client, platform, clock } = await online();
  client.wake();
  assert.equal(platform.socket.bodies('heartbeat').length, 1);
  platform.onHttp((_, path) => (path === '/v1/berths' ? refusal('unavailable', 50_000) : undefined));
  platform.socket.close();
  await clock.advance(1_000);
  platform.onHttp(() => undefined);
  assert.equal(client.state.kind, 'offline');
  client.wake();
  await settled();
  assert.equal(client.state.kind, 'online');
});

test('disconnecting says goodbye and stays idle', async () => {
  const { client, platform, clock } = await online();
  platform.on('goodbye', (_, socket) => {
    queueMicrotask(() => socket.close(closeCodes.goodbye.code));
    return 'silence';
  });
  await client.disconnect();
  assert.deepEqual(client.state, { kind: 'idle' });
  await clock.advance(100_000);
  assert.equal(platform.sockets.length, 1);
});

test('bytes that are no frame end the connection and are reported', async () => {
  const { platform, clock, client, faults } = await online();
  platform.socket.raw(new Uint8Array([4, 79, 0, 3, 123, 123, 123]).buffer);
  assert.equal(faults.length, 1);
  await clock.advance(1_000);
  assert.equal(client.state.kind, 'online');
  assert.equal(platform.sockets.length, 2);
});

test('a read under way when the connection is lost is asked again; a change is not', async () => {
  const { client, platform, clock } = await online();
  platform.on('friends', (_, { node }) => (node === 'node-1' ? 'silence' : { friends: [] }));
  platform.on('friendRequest', () => 'silence');
  const read = client.request('friends', {});
  const change = assert.rejects(client.request('friendRequest', { user: 8 }), { code: 'deadline' });
  platform.socket.close();
  await clock.advance(1_000);
  assert.deepEqual((await read).friends, []);
  await change;
  assert.equal(platform.socket.bodies('friendRequest').length, 0);
});

test('a request waits for a connection no longer than its time', async () => {
  const { client, platform, clock } = await online();
  platform.onHttp(() => refusal('unavailable'));
  platform.socket.close();
  const request = assert.rejects(client.request('friends', {}, { timeoutMs: 3_000 }), {
    code: 'unavailable',
  });
  await clock.advance(3_000);
  await request;
});

test('requests in flight are bounded and the others take their turn', async () => {
  const { client, platform } = await online();
  let held = 0;
  const release: (() => void)[] = [];
  platform.on('profile', ({ req }, socket) => {
    held++;
    release.push(() => socket.frame(1202, { req, user: {}, friend: false }));
    return 'silence';
  });
  const requests = Array.from({ length: 100 }, (_, user) => client.request('profile', { user: user + 1 }));
  await settled();
  assert.equal(held, 64);
  while (release.length > 0) {
    release.shift()!();
    await settled();
  }
  await Promise.all(requests);
  assert.equal(held, 100);
});

test('a request can be called off while it waits', async () => {
  const { client, platform } = await online();
  platform.onHttp(() => refusal('unavailable'));
  platform.socket.close();
  const abort = new AbortController();
  const request = assert.rejects(client.request('friends', {}, { signal: abort.signal }), {
    name: 'AbortError',
  });
  abort.abort();
  await request;
});
