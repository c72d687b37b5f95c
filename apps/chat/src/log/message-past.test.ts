import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Message } from '@berth/wire';
import { chosenBy, messageAt, type PastAct, pinnedBy, reactedBy } from './message-past.ts';

const message: Message = { conversation: 1, seq: 1, sender: 7, cid: 'a', sentAt: 1, text: 'first' };
const act = (seq: number, kind: PastAct['kind'], sender: number, details: object = {}): PastAct => ({
  ...{ seq, kind, sender },
  details: { target: 1, sentAt: 10 * seq, ...details },
});

test('a message is told as it was, whatever became of it since', () => {
  const edited = act(2, 'edited', 7);
  const acts = [
    edited,
    act(3, 'reacted', 8, { emoji: '🎉', on: true, count: 1 }),
    act(4, 'reacted', 9, { emoji: '🎉', on: true, count: 2 }),
    act(5, 'reacted', 8, { emoji: '🎉', on: false, count: 1 }),
    act(6, 'pinned', 7, { on: true, count: 1 }),
  ];
  const now = { ...message, text: 'third', editedAt: 90, changed: 9 };
  assert.deepEqual(messageAt(now, [], { text: 'first', mentions: undefined }), message);
  assert.deepEqual(messageAt(now, acts, { text: 'second', mentions: undefined }), {
    ...{ ...message, text: 'second', editedAt: 20, changed: 6 },
    reactions: [{ emoji: '🎉', count: 1, users: [9] }],
    pinned: { by: 7, at: 60 },
  });
  // Nothing was said otherwise since.
  assert.equal(messageAt({ ...now, editedAt: 20 }, [edited], undefined).text, 'third');
  const recalled = { ...message, text: '', recalledBy: 7, changed: 9 };
  assert.equal(messageAt(recalled, acts, undefined), recalled);
});

test('of words that were not kept it is told that they were not, and files stay', () => {
  const now: Message = { ...message, text: 'later', editedAt: 90, changed: 9 };
  assert.deepEqual(messageAt(now, [], undefined), { ...message, text: '', recalledBy: 7, unkept: true });
  const attachments = [{ file: 'x', kind: 'file', name: 'x', type: 'y', bytes: 1 }] as never;
  const told = { ...message, text: '', attachments, unkept: true };
  assert.deepEqual(messageAt({ ...now, attachments }, [], undefined), told);
});

test('who chose what is read from what each vote changed, and a poll is open until it was closed', () => {
  const poll = {
    ...{ question: 'Where?', options: ['a', 'b'], many: true, anonymous: false },
    ...{ counts: [5, 5], voters: 9, closed: true as const },
  };
  const votes = [
    act(2, 'polled', 8, { counts: [1, 1], voters: 1 }),
    act(3, 'polled', 9, { counts: [2, 1], voters: 2 }),
    act(4, 'polled', 8, { counts: [1, 1], voters: 2 }),
  ];
  assert.deepEqual(
    [...chosenBy(votes)],
    [
      [8, new Set([1])],
      [9, new Set([0])],
    ],
  );
  const { closed: _, ...open } = poll;
  const at = (acts: PastAct[]) => messageAt({ ...message, poll, changed: 9 }, acts, undefined).poll;
  assert.deepEqual(at(votes), { ...open, counts: [1, 1], voters: 2 });
  assert.deepEqual(at([]), { ...open, counts: [0, 0], voters: 0 });
  const closing = act(5, 'polled', 7, { counts: [1, 1], voters: 2, closed: true });
  assert.equal(at([...votes, closing])!.closed, true);
});

test('what was pinned is told the last one first, without what was unpinned or taken back', () => {
  const on = (seq: number, target: number) => act(seq, 'pinned', 7, { target, on: true });
  const acts = [on(2, 1), on(3, 4), on(5, 6), act(7, 'pinned', 7, { target: 4, on: false })];
  assert.deepEqual(pinnedBy([...acts, on(8, 1), act(9, 'recalled', 7, { target: 6 })]), [
    { target: 1, seq: 8 },
  ]);
  assert.deepEqual(reactedBy(acts), new Map());
});
