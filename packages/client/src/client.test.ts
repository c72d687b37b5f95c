import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeClock, settled } from '../test/fake-clock.ts';
import { FakePlatform, me, other, refusal } from '../test/fake-platform.ts';
import { online, setup } from '../test/setup.ts';
import type { ClientEvents } from './types.ts';

test('log in, connect: hello with the ticket, then resume, then online', async () => {
  const { client, platform, states } = await online();
  assert.deepEqual(platform.socket.names().slice(0, 2), ['hello', 'resume']);
  assert.equal(platform.socket.bodies('hello')[0]!.token, 'node-1.ticket');
  assert.deepEqual(
    states.map((state) => state.kind),
    ['idle', 'connecting', 'online'],
  );
  assert.equal(client.profile?.nick, me.nick);
  assert.equal(platform.requests.filter(({ path }) => path === '/v1/berths').length, 0);
});

test('gate may be below a path', async () => {
  const clock = new FakeClock();
  const platform = new FakePlatform(clock);
  const asked: string[] = [];
  const fetch = (async (url: string, init: RequestInit) => {
    asked.push(url);
    return platform.fetch(url.replace('/chat/', '/'), init);
  }) as typeof globalThis.fetch;
  for (const gateUrl of ['https://example.org/chat/', 'https://example.org/chat'])
    await online({ gateUrl, fetch }, { clock, platform });
  assert.deepEqual(asked, Array(2).fill('https://example.org/chat/v1/sessions'));
});

test('pushed messages are handed on in order, a doubled one once', async () => {
  const { platform, texts, client } = await online();
  const one = platform.say(1, 'one');
  platform.socket.push('deliver', one);
  platform.say(1, 'two');
  assert.deepEqual(texts, ['one', 'two']);
  assert.equal(client.mark(1), 2);
});

test('without an echo one’s own messages take their place among the others’, whichever comes first', async () => {
  const { platform, client, texts, clock } = await online();
  assert.equal(platform.socket.bodies('hello')[0]!.echo, false);
  platform.say(1, 'one');
  client.send(1, 'two');
  // Pushed before the answer is there.
  platform.say(1, 'three');
  assert.deepEqual(texts, ['one']);
  client.send(1, 'four');
  await settled();
  assert.deepEqual(texts, ['one', 'two', 'three', 'four']);
  platform.say(1, 'five');
  assert.deepEqual(texts.at(-1), 'five');
  await clock.advance(1_000);
  assert.equal(platform.socket.bodies('sync').length, 0);
});

test('a gap is left 200 to 400 ms to close by itself, and is then read once', async () => {
  const { platform, texts, clock } = await online();
  platform.say(1, 'one');
  const two = platform.store(1, 'two');
  platform.say(1, 'three');
  platform.say(1, 'four');
  await clock.advance(199);
  assert.equal(platform.socket.bodies('sync').length, 0);
  assert.deepEqual(texts, ['one']);
  await clock.advance(201);
  assert.deepEqual(platform.socket.bodies('sync').length, 1);
  assert.equal(platform.socket.bodies('sync')[0]!.after, 1);
  assert.deepEqual(texts, ['one', 'two', 'three', 'four']);
  platform.socket.push('deliver', two);
  assert.equal(texts.length, 4);
});

test('a gap that closes by itself is not read', async () => {
  const { platform, texts, clock } = await online();
  const one = platform.store(1, 'one');
  platform.say(1, 'two');
  await clock.advance(100);
  platform.socket.push('deliver', one);
  await clock.advance(1_000);
  assert.deepEqual(texts, ['one', 'two']);
  assert.equal(platform.socket.bodies('sync').length, 0);
});

test('what was missed while away is read after resume, page by page', async () => {
  const { platform, texts, clock, client } = await online();
  platform.say(1, 'first');
  platform.socket.close();
  for (let index = 0; index < 450; index++) platform.store(1, `missed ${index}`);
  await clock.advance(1_000);
  assert.equal(client.state.kind, 'online');
  await clock.advance(0);
  assert.deepEqual(platform.socket.bodies('resume')[0]!.marks, [[1, 1]]);
  assert.equal(texts.length, 451);
  assert.equal(platform.socket.bodies('sync').length, 3);
});

test('a read that fails is tried again until the gap is closed', async () => {
  const { platform, texts, clock } = await online();
  let refused = 0;
  platform.on('sync', () => (refused++ < 3 ? refusal('unavailable') : undefined));
  platform.store(1, 'one');
  platform.say(1, 'two');
  await clock.advance(20_000);
  assert.deepEqual(texts, ['one', 'two']);
  assert.equal(refused, 4);
});

test('a device that was never connected begins at the head; history has the rest', async () => {
  const clock = new FakeClock();
  const platform = new FakePlatform(clock);
  platform.addConversation(1);
  for (let index = 1; index <= 120; index++) platform.store(1, `old ${index}`);
  const { client, texts } = await online({}, { clock, platform });
  await clock.advance(1_000);
  assert.deepEqual(texts, []);
  assert.equal(client.mark(1), 120);
  platform.say(1, 'new');
  assert.deepEqual(texts, ['new']);
  const history = client.history(1, { before: 121, pageSize: 100 });
  assert.deepEqual(
    (await history.next()).map(({ seq }) => seq),
    Array.from({ length: 100 }, (_, index) => index + 21),
  );
  assert.equal((await history.next()).length, 20);
  assert.equal(history.done, true);
  assert.deepEqual(await history.next(), []);
});

test('with startAt "beginning" a new device is handed everything', async () => {
  const clock = new FakeClock();
  const platform = new FakePlatform(clock);
  platform.addConversation(1);
  for (let index = 1; index <= 250; index++) platform.store(1, `old ${index}`);
  const { texts } = await online({ startAt: 'beginning' }, { clock, platform });
  await clock.advance(1_000);
  assert.equal(texts.length, 250);
});

test('messages pushed before resume is answered are neither lost nor doubled', async () => {
  const clock = new FakeClock();
  const platform = new FakePlatform(clock);
  platform.addConversation(1);
  for (let index = 1; index <= 5; index++) platform.store(1, `old ${index}`);
  platform.on('resume', (_, socket) => {
    socket.push('deliver', platform.store(1, 'while resuming'));
    return undefined;
  });
  const { texts } = await online({}, { clock, platform });
  await clock.advance(1_000);
  assert.deepEqual(texts, ['while resuming']);
});

test('a conversation that is new while connected is asked about and handed on from its first message', async () => {
  const { platform, texts, client, clock } = await online();
  const told: number[] = [];
  client.on('conversations', ({ conversations }) =>
    told.push(...conversations.map((one) => one.conversation)),
  );
  platform.addConversation(2);
  platform.store(2, 'lost push');
  platform.say(2, 'heard push');
  await clock.advance(1_000);
  assert.deepEqual(texts, ['lost push', 'heard push']);
  assert.deepEqual(told, [2]);
});

test('a long absence beyond the limit is passed over and said so', async () => {
  const skipped: ClientEvents['skipped'][] = [];
  const { platform, texts, clock, client } = await online({ catchUpLimit: 10 });
  client.on('skipped', (range) => skipped.push(range));
  platform.say(1, 'first');
  platform.socket.close();
  for (let index = 2; index <= 100; index++) platform.store(1, `m${index}`);
  await clock.advance(2_000);
  assert.deepEqual(skipped, [{ conversation: 1, from: 2, to: 90 }]);
  assert.deepEqual(
    texts.slice(1),
    Array.from({ length: 10 }, (_, index) => `m${index + 91}`),
  );
});

test('what a member may not see is passed over without asking for ever', async () => {
  const { platform, texts, clock } = await online();
  platform.say(1, 'one');
  platform.on('sync', () => ({ conversation: 1, messages: [], head: 5, more: false }));
  platform.socket.push('deliver', { ...platform.store(1, 'six'), seq: 6 });
  await clock.advance(60_000);
  assert.deepEqual(texts, ['one', 'six']);
  assert.equal(platform.socket.bodies('sync').length, 1);
});

test('leaving a conversation ends the search for what is missing', async () => {
  const { platform, clock } = await online();
  platform.on('sync', () => refusal('not_member'));
  platform.store(1, 'one');
  platform.say(1, 'two');
  await clock.advance(60_000);
  assert.equal(platform.socket.bodies('sync').length, 1);
});

test('received marks of a direct conversation are told once a second at most, read marks within 200 ms', async () => {
  const { platform, clock, client } = await online();
  for (let index = 0; index < 20; index++) platform.say(1, `m${index}`);
  await clock.advance(2_000);
  assert.deepEqual(
    platform.socket.bodies('mark').map(({ received }) => received),
    [20],
  );
  client.markRead(1, 18);
  client.markRead(1, 20);
  await clock.advance(200);
  assert.equal(platform.socket.bodies('mark').at(-1)!.read, 20);
});

test('a read mark made offline is told when the connection is back, after a restart as well', async () => {
  const first = await online();
  first.platform.say(1, 'one');
  await first.clock.advance(2_000);
  first.platform.onHttp((_, path) => (path === '/v1/berths' ? refusal('unavailable') : undefined));
  first.platform.socket.close();
  first.client.markRead(1, 1);
  await first.client.close();
  first.platform.onHttp(() => undefined);
  const second = setup({}, first);
  await second.client.restore();
  second.client.connect();
  await second.clock.advance(1_000);
  assert.equal(second.platform.socket.bodies('mark').at(-1)!.read, 1);
});

test('marks outlive the process: what was handed on is not handed on again', async () => {
  const first = await online();
  first.platform.say(1, 'one');
  await first.client.close();
  first.platform.store(1, 'two');
  const second = setup({}, first);
  assert.equal((await second.client.restore())?.id, me.id);
  second.client.connect();
  await second.clock.advance(500);
  assert.deepEqual(second.texts, ['two']);
});

test('who hears of a conversation is told its receipts when asked, also just after a restart', async () => {
  const { platform, clock, storage, client } = await online();
  client.send(1, 'read by now');
  await clock.advance(2_000);
  await client.close();
  const again = setup({}, { clock, platform, storage });
  Object.assign(platform.conversations.get(1)!, { peerRead: 1, peerReceived: 1 });
  const receipts: unknown[] = [];
  again.client.on('conversations', () => receipts.push(again.client.receipts(1)));
  await again.client.restore();
  again.client.connect();
  await settled();
  await again.client.conversations().next();
  assert.deepEqual(receipts.at(-1), { received: 1, read: 1 });
});

test('a date that is days off, or set while one chats, changes nothing', async () => {
  for (const days of [-400, -2, 2, 400]) {
    const clock = new FakeClock();
    clock.wrongByMs = days * 86_400_000;
    const { client, platform, storage, texts } = await online({}, { clock });
    await clock.advance(30_000);
    platform.say(1, 'still here');
    clock.wrongByMs = -clock.wrongByMs;
    client.typing(1);
    await clock.advance(30_000);
    assert.deepEqual(texts, ['still here']);
    assert.equal(platform.sockets.length, 1);
    assert.ok(Math.abs(client.now() - clock.now()) < 1_000, 'the time is the platform’s');
    await client.close();
    const again = setup({}, { clock, platform, storage });
    assert.equal((await again.client.restore())?.id, me.id);
    again.client.connect();
    await settled();
    assert.equal(again.client.state.kind, 'online');
    await again.client.close();
  }
});

test('whether a session has expired is for gate to say', async () => {
  const { clock, platform, storage, client } = await online();
  await client.close();
  await clock.advance(40 * 86_400_000);
  const again = setup({}, { clock, platform, storage });
  platform.onHttp((_, path) => (path === '/v1/berths' ? refusal('unauthenticated') : undefined));
  assert.equal((await again.client.restore())?.id, me.id);
  again.client.connect();
  await settled();
  assert.deepEqual(again.client.state, { kind: 'ended', reason: 'session-ended' });
});

test('typing is told at most every 3 s', async () => {
  const { client, platform, clock } = await online();
  for (let index = 0; index < 5; index++) client.typing(1);
  await clock.advance(3_000);
  client.typing(1);
  assert.equal(platform.socket.bodies('typing').length, 2);
});

test('a listener that throws is reported and disturbs no other one', async () => {
  const { client, platform, texts, faults } = await online();
  client.on('message', () => {
    throw new Error('mine');
  });
  platform.say(1, 'one');
  platform.say(1, 'two');
  assert.deepEqual(texts, ['one', 'two']);
  assert.equal(faults.length, 2);
});

test('pushes of friends and groups are events, and the conversation is asked about', async () => {
  const { client, platform } = await online();
  const events: string[] = [];
  client.on('friendEvent', ({ event }) => events.push(event));
  client.on('conversationEvent', ({ event }) => events.push(event));
  client.on('presence', ({ changes }) => events.push(`presence ${changes.length}`));
  platform.addConversation(3);
  platform.socket.push('friendEvent', {
    event: 'accepted',
    friend: { ...other, alias: '', conversation: 3, online: true },
  });
  platform.socket.push('conversationEvent', {
    ...{ conversation: 1, membersVersion: 2, by: 8, event: 'renamed', title: 'x' },
  });
  platform.socket.push('presence', { changes: [{ user: 8, online: true }] });
  await settled();
  assert.deepEqual(events, ['accepted', 'renamed', 'presence 1']);
  assert.deepEqual(
    platform.socket.bodies('conversation').map(({ conversation }) => conversation),
    [3, 1],
  );
});

test('logging out ends the session, forgets what was kept and refuses what comes after', async () => {
  const { client, platform, storage } = await online();
  client.send(1, 'kept');
  await client.logOut();
  assert.deepEqual(client.state, { kind: 'ended', reason: 'logged-out' });
  assert.ok(platform.requests.some(({ method, path }) => method === 'DELETE' && path === '/v1/sessions/s1'));
  assert.ok(platform.socket.names().includes('goodbye'));
  assert.equal(storage.get('berth/session'), undefined);
  assert.equal(storage.get(`berth/${me.id}/outbox`), undefined);
  assert.throws(() => client.send(1, 'late'), { code: 'unauthenticated' });
});

test('close leaves no timer behind', async () => {
  const { client, platform, clock } = await online();
  platform.store(1, 'one');
  platform.say(1, 'two');
  client.send(1, 'three');
  await client.close();
  assert.equal(clock.timers, 0);
});

test('a refusal of gate says what is wrong with which field', async () => {
  const { client, platform } = setup();
  platform.onHttp(() => refusal('bad_request'));
  platform.fields = { email: 'not an address' };
  await assert.rejects(
    client.register({ email: 'x', code: '123456', name: 'ann', password: 'secret-words' }),
    {
      name: 'BerthError',
      code: 'bad_request',
      fields: { email: 'not an address' },
    },
  );
});

test('a gate that does not answer is given up after its time', async () => {
  const { client, platform, clock } = setup();
  platform.onHttp(() => 'silence');
  const call = assert.rejects(client.sendCode({ email: 'a@b.cd', purpose: 'register' }), {
    code: 'unavailable',
  });
  await clock.advance(10_000);
  await call;
});
