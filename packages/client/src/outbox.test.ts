import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settled } from '../test/fake-clock.ts';
import { other, refusal } from '../test/fake-platform.ts';
import { online, setup } from '../test/setup.ts';
import type { OutgoingState } from './types.ts';

test('a message goes from waiting to sent, delivered and read, and comes in as a message once', async () => {
  const { client, platform, texts } = await online();
  const states: OutgoingState[] = [];
  client.on('outgoing', ({ state }) => states.push(state));
  const message = client.send(1, 'hello', { replyTo: 3 });
  const sent = await message.whenSent();
  assert.deepEqual(sent, { seq: 1, sentAt: platform.clock.now() });
  platform.socket.push('marked', { conversation: 1, user: other.id, received: 1 });
  platform.socket.push('marked', { conversation: 1, user: other.id, read: 1 });
  assert.deepEqual(states, ['waiting', 'sent', 'delivered', 'read']);
  assert.deepEqual(texts, ['hello']);
  assert.equal(platform.socket.bodies('send')[0]!.replyTo, 3);
  assert.deepEqual(client.receipts(1), { received: 1, read: 1 });
  assert.deepEqual(client.outgoing(1), []);
});

test('who answers in a thread need not have read what was said beside it', async () => {
  const { client, platform } = await online();
  platform.say(1, 'which knot?');
  await settled();
  const message = client.send(1, 'the gate is open');
  await message.whenSent();
  const { read } = client.receipts(1);
  platform.socket.push('deliver', { ...platform.store(1, 'below'), thread: 1, replyTo: 1 });
  assert.deepEqual([client.receipts(1).read, message.state], [read, 'sent']);
  platform.say(1, 'beside');
  assert.deepEqual([client.receipts(1).read, message.state], [4, 'read']);
});

test("one's own marks are no receipts", async () => {
  const { client, platform } = await online();
  const message = client.send(1, 'hello');
  await message.whenSent();
  platform.socket.push('marked', { conversation: 1, user: 7, read: 1 });
  assert.equal(message.state, 'sent');
});

test('what is written offline is sent in order when the connection is back', async () => {
  const { client, platform, clock } = await online();
  platform.socket.close();
  const messages = ['one', 'two', 'three'].map((text) => client.send(1, text));
  assert.deepEqual(
    messages.map(({ state }) => state),
    ['waiting', 'waiting', 'waiting'],
  );
  await clock.advance(1_000);
  assert.deepEqual(
    messages.map(({ seq }) => seq),
    [1, 2, 3],
  );
  assert.deepEqual(
    platform.socket.bodies('send').map(({ resent }) => resent),
    [undefined, undefined, undefined],
  );
});

test('sends whose answers were lost are sent again in order, with the same cid and marked as such', async () => {
  const { client, platform, clock, texts } = await online();
  platform.on('send', ({ text, cid }, { node }) => {
    if (node !== 'node-1') return undefined;
    // Stored, but the answer never comes.
    if (text !== 'three') platform.store(1, String(text), { sender: 7, cid: String(cid) });
    return 'silence';
  });
  const messages = ['one', 'two', 'three', 'four'].map((text) => client.send(1, text));
  await settled();
  const before = platform.socket.bodies('send').map(({ cid }) => cid);
  platform.socket.close();
  await clock.advance(1_000);
  const again = platform.socket.bodies('send');
  assert.deepEqual(
    again.map(({ cid }) => cid),
    before,
  );
  assert.deepEqual(
    again.map(({ resent }) => resent),
    [true, true, true, true],
  );
  assert.deepEqual(
    messages.map(({ seq }) => seq),
    [1, 2, 4, 3],
  );
  await clock.advance(1_000);
  assert.deepEqual(texts, ['one', 'two', 'four', 'three']);
});

test('one message whose answer was lost is settled by its own copy', async () => {
  const { client, platform } = await online();
  platform.on('send', () => 'silence');
  const message = client.send(1, 'hello');
  await settled();
  platform.socket.push('deliver', platform.store(1, 'hello', { sender: 7, cid: message.cid }));
  assert.equal(message.state, 'sent');
  assert.equal(message.seq, 1);
});

test('what a node refuses for good has failed, says why, and can be tried again with the same cid', async () => {
  const { client, platform } = await online();
  platform.on('send', () => refusal('not_friends'));
  const message = client.send(1, 'hello');
  await assert.rejects(message.whenSent(), { code: 'not_friends' });
  assert.equal(message.state, 'failed');
  assert.equal(message.error!.code, 'not_friends');
  platform.on('send', () => undefined);
  message.retry();
  await settled();
  assert.equal(message.state, 'sent');
  const [first, second] = platform.socket.bodies('send');
  assert.equal(second!.cid, first!.cid);
  assert.equal(message.error, undefined);
});

test('what a node refuses for now is tried again when it said, in order', async () => {
  const { client, platform, clock } = await online();
  let refusals = 0;
  platform.on('send', () => (refusals++ < 8 ? refusal('rate_limited', 2_000) : undefined));
  const messages = Array.from({ length: 20 }, (_, index) => client.send(1, `m${index}`));
  await clock.advance(1_999);
  assert.equal(platform.socket.bodies('send').length, 8);
  await clock.advance(60_000);
  assert.deepEqual(
    messages.map(({ seq }) => seq),
    messages.map((_, index) => index + 1),
  );
});

test('a timer that fires a moment early, as a busy loop makes them, leaves no message waiting for ever', async () => {
  const { client, platform, clock } = await online();
  clock.earlyMs = 1;
  let refusals = 0;
  platform.on('send', () => (refusals++ < 3 ? refusal('unavailable') : undefined));
  const message = client.send(1, 'hello');
  await clock.advance(60_000);
  assert.equal(message.state, 'sent');
});

test('a node that does not answer a send is asked again, marked as resent', async () => {
  const { client, platform, clock } = await online();
  let asked = 0;
  platform.on('send', () => (asked++ === 0 ? 'silence' : undefined));
  const message = client.send(1, 'hello');
  await clock.advance(20_000);
  assert.equal(message.state, 'sent');
  assert.equal(platform.socket.bodies('send').at(-1)!.resent, true);
});

test('the outbox outlives the process, failures included', async () => {
  const first = await online();
  first.platform.on('send', ({ text }) => (text === 'bad' ? refusal('forbidden') : 'silence'));
  first.client.send(1, 'bad');
  first.client.send(1, 'one');
  first.client.send(1, 'two');
  await settled();
  await first.client.close();
  first.platform.on('send', () => undefined);
  const second = setup({}, first);
  await second.client.restore();
  assert.deepEqual(
    second.client.outgoing().map(({ text, state }) => [text, state]),
    [
      ['bad', 'failed'],
      ['one', 'waiting'],
      ['two', 'waiting'],
    ],
  );
  second.client.connect();
  await settled();
  assert.deepEqual(
    second.platform.socket.bodies('send').map(({ text, resent }) => [text, resent]),
    [
      ['one', true],
      ['two', true],
    ],
  );
  await second.client.close();
  const third = setup({}, second);
  await third.client.restore();
  assert.deepEqual(
    third.client.outgoing().map(({ text }) => text),
    ['bad'],
  );
});

test('what has not left the device can be discarded, what may be stored cannot', async () => {
  const { client, platform } = await online();
  platform.on('send', () => 'silence');
  const underWay = client.send(1, 'under way');
  await settled();
  assert.equal(underWay.discard(), false);
  platform.onHttp(() => refusal('unavailable'));
  platform.socket.close();
  const waiting = client.send(1, 'waiting');
  const never = assert.rejects(waiting.whenSent());
  assert.equal(waiting.discard(), true);
  await never;
  assert.deepEqual(
    client.outgoing().map(({ text }) => text),
    ['under way'],
  );
});

test('an empty text, one that is too long, and one too many are refused at once', async () => {
  const { client, platform } = await online({ maxOutbox: 2 });
  assert.throws(() => client.send(1, ''), { code: 'bad_request' });
  assert.throws(() => client.send(1, 'é'.repeat(8_200)), { code: 'too_large' });
  assert.throws(() => client.send(1, 'x'.repeat(100_000)), { code: 'too_large' });
  platform.onHttp(() => refusal('unavailable'));
  platform.socket.close();
  client.send(1, 'one');
  client.send(1, 'two');
  assert.throws(() => client.send(1, 'three'), { code: 'limit_reached' });
});

test('sends under way are bounded, in one conversation and in all', async () => {
  const { client, platform } = await online();
  platform.on('send', () => 'silence');
  for (let index = 0; index < 30; index++) client.send(1, `m${index}`);
  assert.equal(platform.socket.bodies('send').length, 8);
  for (let conversation = 2; conversation < 30; conversation++)
    for (let index = 0; index < 5; index++) client.send(conversation, `m${index}`);
  assert.equal(platform.socket.bodies('send').length, 64);
});

test('a storage that refuses is reported and loses nothing that memory has', async () => {
  const { client, faults } = await online({
    storage: {
      get: () => undefined,
      set: () => {
        throw new Error('quota');
      },
      delete: () => {},
    },
  });
  const message = client.send(1, 'hello');
  await message.whenSent();
  assert.ok(faults.length > 0);
});
