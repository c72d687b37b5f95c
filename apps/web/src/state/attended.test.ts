import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BerthClient } from '@berth/client';
import type { ConversationSummary, Message } from '@berth/wire';
import { Conversations } from './conversations.ts';

const [me, other, conversation] = [1, 2, 9];

/** A conversation with one read message; what was said to be read, and every count that anybody could see. */
function createList() {
  const marked: number[] = [];
  const client = { markRead: (_: number, seq: number) => marked.push(seq) } as unknown as BerthClient;
  const list = new Conversations(client, me);
  const last = said(1);
  const summary = { conversation, kind: 'direct', read: 1, unread: 0, head: 1, last, member: true };
  list.replace([summary as unknown as ConversationSummary]);
  const seen = new Set<number>();
  list.subscribe(() => seen.add(list.unread));
  return { list, marked, seen };
}

const said = (seq: number, sender = other): Message => ({
  ...{ conversation, seq, sender, cid: `c${seq}`, sentAt: seq, text: `t${seq}` },
});

test('what arrives at the end that is in view and looked at is read at once, and never counted', async () => {
  const { list, marked, seen } = createList();
  list.attend(conversation, () => true);
  for (let seq = 2; seq <= 20; seq++) {
    list.add(said(seq));
    await Promise.resolve();
  }
  assert.deepEqual([...seen], [0]);
  assert.equal(marked.at(-1), 20);
  assert.equal(list.get(conversation)!.read, 20);
});

test('it is unread while nobody looks, once the end is out of view, or in another conversation', () => {
  const { list, marked } = createList();
  let isLookedAt = false;
  list.attend(conversation, () => isLookedAt);
  list.add(said(2));
  assert.equal(list.unread, 1);
  isLookedAt = true;
  list.leave(conversation + 1);
  list.leave(conversation);
  list.add(said(3));
  assert.equal(list.unread, 2);
  list.attend(conversation + 1, () => true);
  list.add(said(4));
  assert.equal(list.unread, 3);
  assert.deepEqual(marked, []);
});
