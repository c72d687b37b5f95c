import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Message } from '@berth/wire';
import { applyReply } from './thread-replies.ts';

const [me, other] = [1, 2];
const message = (seq: number, sender: number, more: Partial<Message> = {}): Message => ({
  ...{ conversation: 7, seq, sender, cid: `c${seq}`, sentAt: seq, text: `text ${seq}`, ...more },
});

test('one more reply counts once, is read by who wrote it, and is news to who began the thread or is meant', () => {
  const reply = message(5, other, { thread: 3, replyTo: 3 });
  const own = applyReply(message(3, me), reply, me);
  assert.deepEqual(own.replies, { count: 1, last: 5, read: 0 });
  assert.equal(applyReply(own, reply, me), own, 'it was counted');
  assert.deepEqual(applyReply(own, message(6, me), me).replies, { count: 2, last: 6, read: 6 });
  assert.deepEqual(applyReply(message(3, other), reply, me).replies, { count: 1, last: 5 });
  assert.deepEqual(applyReply(message(3, other), reply, other).replies, { count: 1, last: 5, read: 5 });
  const calling = { ...reply, mentions: [{ user: me, at: 0, length: 4 }] };
  assert.deepEqual(applyReply(message(3, other), calling, me).replies, { count: 1, last: 5, read: 0 });
  const told = message(3, other, { replies: { count: 4, last: 9, read: 8 } });
  assert.equal(applyReply(told, message(9, other), me), told, 'it was told with it');
  assert.deepEqual(applyReply(told, message(10, other), me).replies, { count: 5, last: 10, read: 8 });
});
