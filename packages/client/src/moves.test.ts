import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answerId, encodeFrame, frameIds } from '@berth/wire';
import { settled } from '../test/fake-clock.ts';
import { me, refusal } from '../test/fake-platform.ts';
import { online, setup } from '../test/setup.ts';

test('told to move, the client connects and resumes there before it leaves, and is never without a connection', async () => {
  const { platform, clock, states, texts } = await online();
  await clock.advance(5_000);
  const former = platform.socket;
  states.length = 0;
  former.push('goAway', {
    ...{ reason: 'drain', retryAfterMs: 0, berth: platform.berth('next') },
    ...{ startAfterMs: 200, leaveWithinMs: 10_000 },
  });
  await clock.advance(199);
  assert.equal(platform.sockets.length, 1);
  platform.on('hello', (_, { node }) => (node === 'next' && former.open ? undefined : 'silence'));
  platform.on('resume', () => {
    assert.ok(former.open, 'it is not left before that');
    former.push('deliver', platform.store(1, 'pushed on the way'));
    return undefined;
  });
  await clock.advance(1);
  assert.equal(platform.socket.node, 'next');
  assert.equal(former.open, false);
  assert.deepEqual(states, [{ kind: 'online', node: 'next', movedFrom: 'node-1' }]);
  assert.deepEqual(texts, ['pushed on the way']);
  platform.say(1, 'said there');
  assert.deepEqual(texts, ['pushed on the way', 'said there']);
});

test('what was asked before the move is answered on the connection that is left, and nothing overtakes it', async () => {
  const { client, platform, clock } = await online();
  const former = platform.socket;
  platform.on('send', (_, { node }) => (node === 'node-1' ? 'silence' : undefined));
  const [first, second] = [client.send(1, 'one'), client.send(1, 'two')];
  former.push('goAway', {
    ...{ reason: 'drain', retryAfterMs: 0, berth: platform.berth('next') },
    ...{ startAfterMs: 0, leaveWithinMs: 10_000 },
  });
  await settled();
  assert.equal((client.state as { node: string }).node, 'next');
  const third = client.send(1, 'three');
  await settled();
  assert.deepEqual(platform.socket.bodies('send'), []);
  for (const { req, cid, text } of former.bodies('send')) {
    const { seq, sentAt } = platform.store(1, String(text), { sender: 7, cid: String(cid) });
    former.frame(answerId(frameIds.send), { req, conversation: 1, seq, sentAt });
  }
  await settled();
  assert.equal(former.open, false);
  const sent = await Promise.all([first, second, third].map((message) => message.whenSent()));
  assert.deepEqual(
    sent.map(({ seq }) => seq),
    [1, 2, 3],
  );
  assert.equal(platform.socket.bodies('send').length, 1);
  await clock.advance(60_000);
  assert.equal(client.state.kind, 'online');
});

test('a client that does not get to its next berth stays where it is served, and goes when it is told of another', async () => {
  const { client, platform, clock, states } = await online();
  await clock.advance(5_000);
  const former = platform.socket;
  states.length = 0;
  platform.on('hello', (_, { node }) => (node === 'full' ? refusal('no_berth') : undefined));
  const told = { reason: 'drain', retryAfterMs: 0, startAfterMs: 0, leaveWithinMs: 10_000 } as const;
  former.push('goAway', { ...told, berth: platform.berth('full') });
  await settled();
  assert.ok(former.open);
  assert.deepEqual(states, []);
  former.push('goAway', { ...told, berth: platform.berth('next') });
  await settled();
  assert.deepEqual(states, [{ kind: 'online', node: 'next', movedFrom: 'node-1' }]);
  assert.equal(client.state.kind, 'online');
});

test('a connection that is lost on the way to the next berth is not gone back to', async () => {
  const { client, platform, states } = await online();
  const former = platform.socket;
  const asked = platform.requests.length;
  states.length = 0;
  former.push('goAway', {
    ...{ reason: 'drain', retryAfterMs: 0, berth: platform.berth('next') },
    ...{ startAfterMs: 5_000, leaveWithinMs: 10_000 },
  });
  former.close();
  await settled();
  assert.deepEqual(states, [
    { kind: 'connecting', attempt: 0 },
    { kind: 'online', node: 'next', movedFrom: 'node-1' },
  ]);
  assert.equal(platform.requests.length, asked);
  await client.disconnect();
  assert.equal(platform.socket.open, false);
});

test('a client that is kicked on its way to the next berth does not take the place back', async () => {
  for (const way of ['before it begins', 'at the door'] as const) {
    const { client, platform, clock } = await online();
    const former = platform.socket;
    platform.on('hello', (_, { node }) => (node === 'next' ? 'silence' : undefined));
    former.push('goAway', {
      ...{ reason: 'drain', retryAfterMs: 0, berth: platform.berth('next') },
      ...{ startAfterMs: 200, leaveWithinMs: 10_000 },
    });
    await clock.advance(way === 'at the door' ? 200 : 100);
    assert.equal(platform.sockets.length, way === 'at the door' ? 2 : 1);
    former.push('kicked', { reason: 'other-session', device: 'web' });
    await clock.advance(20_000);
    assert.equal(client.state.kind, 'kicked', way);
    assert.deepEqual(
      platform.sockets.filter(({ open }) => open),
      [],
    );
    assert.equal(platform.sockets.length, way === 'at the door' ? 2 : 1, way);
  }
});

test('told to move in the same read as it is greeted, the client is never without a connection', async () => {
  const { client, platform, clock, states } = setup();
  platform.on('hello', ({ req }, socket) => {
    if (socket.node !== 'node-1') return undefined;
    const hello = {
      ...{ req, user: me, session: 's1', node: 'node-1', now: clock.now() },
      ...{ heartbeatMs: 25_000, deadMs: 60_000, maxDeliverBytes: 16_384 },
    };
    const goAway = {
      ...{ reason: 'drain', retryAfterMs: 0, berth: platform.berth('next') },
      ...{ startAfterMs: 0, leaveWithinMs: 10_000 },
    };
    const both = Buffer.concat([
      encodeFrame(answerId(frameIds.hello), hello),
      encodeFrame(frameIds.goAway, goAway),
    ]);
    queueMicrotask(() => socket.raw(new Uint8Array(both).buffer));
    return 'silence';
  });
  await client.logIn({ email: 'ann@example.org', password: 'secret-words' });
  states.length = 0;
  client.connect();
  await settled();
  assert.deepEqual(states, [
    { kind: 'connecting', attempt: 0 },
    { kind: 'online', node: 'node-1' },
    { kind: 'online', node: 'next', movedFrom: 'node-1' },
  ]);
  assert.deepEqual(
    platform.sockets.map(({ node, open }) => [node, open]),
    [
      ['node-1', false],
      ['next', true],
    ],
  );
});
