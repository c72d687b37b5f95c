import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Message } from '@berth/wire';
import { applyChange } from './message-change.ts';

const message: Message = {
  ...{ conversation: 1, seq: 4, sender: 7, cid: 'c4', sentAt: 4, text: 'a hitch', replyTo: 2, thread: 2 },
  ...{ replies: { count: 3, last: 9, read: 8 }, pinned: { by: 7, at: 5 }, editedAt: 5 },
  ...{ mentions: [{ user: 3, at: 0, length: 1 }], reactions: [{ emoji: '👍', count: 1, users: [3] }] },
};

test('a message that is taken back stays where it stands, and so does what stands below it', () => {
  const recall = { conversation: 1, seq: 10, target: 4, sender: 8, sentAt: 10, kind: 'recalled' } as const;
  assert.deepEqual(applyChange(message, recall, 3), {
    ...{ conversation: 1, seq: 4, sender: 7, cid: 'c4', sentAt: 4, replyTo: 2, thread: 2 },
    ...{ replies: { count: 3, last: 9, read: 8 }, changed: 10, text: '', recalledBy: 8 },
  });
});
