import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ConversationSummary, everybody, type Message } from '@berth/wire';
import { Conversations } from './conversations.ts';

const me = 1;
const message = (seq: number, sender = 2): Message => ({
  ...{ conversation: 7, seq, sender, cid: `c${seq}`, sentAt: seq, text: `text ${seq}` },
});

function open(last: Message, unread: number): Conversations {
  const marked: number[] = [];
  const client = { markRead: (_: number, seq: number) => marked.push(seq) };
  const conversations = new Conversations(client as never, me);
  const summary: ConversationSummary = {
    ...{
      conversation: 7,
      kind: 'group',
      title: 'Crew',
      head: last.seq,
      read: 0,
      unread,
      from: 1,
      member: true,
    },
    ...{ role: 'member', mutedUntil: 0, pinned: false, silenced: false, memberCount: 2, last },
  };
  conversations.replace([summary]);
  return conversations;
}

test('what changed a message is not unread, and who has read the last message has read all', () => {
  const conversations = open(message(3), 3);
  const change = { conversation: 7, sender: 2, sentAt: 9, target: 3 };
  for (const seq of [4, 5])
    conversations.changeMessage({ ...change, seq, kind: 'reacted', emoji: '👍', on: true, count: seq });
  assert.deepEqual([conversations.get(7)!.unread, conversations.get(7)!.head], [3, 5]);
  conversations.markRead(7, 3);
  assert.equal(conversations.get(7)!.unread, 0);
});

test('what is in the archive comes back with the next message, unless it is silenced', () => {
  const conversations = open(message(3), 0);
  conversations.prefer(7, { archived: 3 });
  assert.deepEqual([conversations.sorted.length, conversations.away.length], [0, 1]);
  const change = { conversation: 7, sender: 2, sentAt: 9, target: 3 };
  conversations.changeMessage({ ...change, seq: 4, kind: 'edited', text: 'another' });
  assert.equal(conversations.away.length, 1, 'an edit brings nothing back');
  conversations.add(message(5));
  assert.deepEqual([conversations.sorted.length, conversations.away.length], [1, 0]);
  assert.equal(conversations.unread, 1);

  conversations.prefer(7, { silenced: true, archived: 5 });
  conversations.add(message(6));
  assert.deepEqual([conversations.sorted.length, conversations.away.length], [0, 1]);
  conversations.prefer(7, { silenced: true });
  assert.deepEqual([conversations.sorted.length, conversations.away.length], [1, 0]);
});

test('the last line is what the message says now', () => {
  const conversations = open(message(3), 3);
  const change = { conversation: 7, sender: 2, sentAt: 9, target: 3 };
  conversations.changeMessage({ ...change, seq: 4, kind: 'edited', text: 'another' });
  assert.equal(conversations.get(7)!.last!.text, 'another');
  conversations.changeMessage({ ...change, seq: 5, kind: 'recalled' });
  const { last, activeAt } = conversations.get(7)!;
  assert.deepEqual([last!.recalledBy, last!.seq, activeAt], [2, 3, 3]);
});

test('who is mentioned is counted until they have read it, whatever becomes of the message', () => {
  const meant = (seq: number, user = me): Message => ({
    ...message(seq),
    mentions: [{ user, at: 0, length: 4 }],
  });
  const conversations = open(message(3), 0);
  const mentions = () => conversations.get(7)!.mentions;
  conversations.add(meant(4));
  conversations.add(meant(5, 9));
  conversations.add(meant(6, everybody));
  conversations.add({ ...meant(7), sender: me + 2 });
  assert.deepEqual(mentions(), [4, 6, 7]);
  const change = { conversation: 7, sender: 2, sentAt: 9 };
  conversations.changeMessage({ ...change, seq: 8, target: 6, kind: 'edited', text: 'nobody' });
  const again = [{ user: me, at: 0, length: 4 }];
  conversations.changeMessage({ ...change, seq: 9, target: 5, kind: 'edited', text: 'you', mentions: again });
  assert.deepEqual(mentions(), [4, 5, 7]);
  conversations.changeMessage({ ...change, seq: 10, target: 7, kind: 'recalled' });
  conversations.changeMessage({
    ...change,
    seq: 11,
    target: 4,
    kind: 'reacted',
    emoji: '👍',
    on: true,
    count: 1,
  });
  assert.deepEqual(mentions(), [4, 5]);
  conversations.changeMessage({ ...change, seq: 11, target: 4, kind: 'pinned', on: true, count: 1 });
  conversations.changeMessage({ ...change, seq: 11, target: 5, kind: 'polled', counts: [1, 0], voters: 1 });
  assert.deepEqual(mentions(), [4, 5], 'what else becomes of it means nobody less');
  conversations.patch(7, { silenced: true });
  assert.equal(conversations.unread, 2, 'a silenced conversation still tells of mentions');
  conversations.markRead(7, 4);
  assert.deepEqual(mentions(), [5]);
  conversations.forgetMentions(7, [5]);
  assert.deepEqual(mentions(), []);
  // What is behind the mark mentions nobody anew.
  conversations.changeMessage({
    ...change,
    seq: 12,
    target: 3,
    kind: 'edited',
    text: 'you',
    mentions: again,
  });
  assert.deepEqual(mentions(), []);
});

test('to read everything takes away what was marked as unread, and mentions below other messages', async () => {
  const asked: unknown[] = [];
  const client = {
    markRead: (_: number, seq: number) => asked.push(['read', seq]),
    request: async (name: string, body: object) => asked.push([name, body]),
    conversations: () => ({ done: true, next: async () => [] }),
  };
  const conversations = new Conversations(client as never, me);
  const summary = {
    ...{ conversation: 7, kind: 'group', title: 'Crew', head: 5, read: 3, unread: 0, from: 1, member: true },
    ...{ role: 'member', mutedUntil: 0, pinned: false, silenced: false, memberCount: 2, mentions: [5] },
    ...{ markedUnread: true, last: { ...message(5), thread: 3 } },
  };
  conversations.replace([summary as ConversationSummary]);
  void conversations.loadMore();
  await conversations.markAllRead();
  assert.deepEqual(asked, [
    ['read', 5],
    ['preferences', { conversation: 7, unread: false }],
  ]);
  const { mentions, markedUnread } = conversations.get(7)!;
  assert.deepEqual([mentions, markedUnread], [[], false]);
});

test('a message that mentions the user does so whatever is done with it, until it is taken back', () => {
  const conversations = open(message(3), 3);
  conversations.patch(7, { mentions: [2, 3] });
  const change = { conversation: 7, sender: 2, sentAt: 9, target: 3 };
  conversations.changeMessage({ ...change, seq: 4, kind: 'pinned', on: true, count: 1 });
  conversations.changeMessage({ ...change, seq: 5, kind: 'reacted', emoji: '👍', on: true, count: 1 });
  assert.deepEqual(conversations.get(7)!.mentions, [2, 3]);
  conversations.changeMessage({ ...change, seq: 6, kind: 'recalled' });
  assert.deepEqual(conversations.get(7)!.mentions, [2]);
});

test('what is said in a thread is not unread in the conversation, and is read where it is', () => {
  const conversations = open(message(3), 3);
  const inThread = (seq: number): Message => ({ ...message(seq), thread: 2 });
  conversations.add(inThread(4));
  assert.equal(conversations.get(7)!.unread, 3);
  // The last one of the conversation itself, here or on another device.
  conversations.markRead(7, 3);
  assert.equal(conversations.get(7)!.unread, 0);
  conversations.add(message(5));
  conversations.add(inThread(6));
  conversations.marked({ conversation: 7, user: me, read: 5 });
  assert.equal(conversations.get(7)!.unread, 0);
  // Somebody looks at the conversation, not at the thread.
  conversations.attend(7, () => true);
  conversations.add({ ...inThread(7), mentions: [{ user: me, at: 0, length: 4 }] });
  assert.deepEqual([conversations.get(7)!.unread, conversations.get(7)!.mentions], [0, [7]]);
  conversations.markRead(7, 7, 0);
  assert.deepEqual(conversations.get(7)!.mentions, []);
});

test('who sees that nothing is left has read all, though the seqs do not tell', () => {
  const conversations = open({ ...message(4), thread: 1 }, 2);
  conversations.markRead(7, 3);
  assert.equal(conversations.get(7)!.unread, 1, 'as far as the seqs tell');
  conversations.markRead(7, 3, 0);
  assert.equal(conversations.get(7)!.unread, 0);
});
