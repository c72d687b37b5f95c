import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ChangeKind } from '../log/entry-kinds.ts';
import { type PendingChange, togetherWith } from './pending-changes.ts';

let cids = 0;
function pending(
  kind: ChangeKind,
  target: number,
  sender: number,
  { cid = `c${cids++}`, shares = false } = {},
): PendingChange {
  const work = { shares, judge: () => undefined };
  const change = { conversation: 1, sender, cid, target };
  return { kind, change, work, since: 0, done: Promise.withResolvers() };
}
const reaction = (target: number, sender: number) => pending('reacted', target, sender, { shares: true });

test('what waits goes along with the first, unless it goes by what that changes, and none overtakes another of its message', () => {
  const first = reaction(1, 1);
  const along = [reaction(1, 2), pending('edited', 2, 1), reaction(3, 1), pending('pinned', 4, 1)];
  const behind = [
    reaction(1, 1),
    // Of the message that the former waits for.
    reaction(1, 3),
    pending('recalled', 2, 1),
    pending('recalled', 3, 1),
    reaction(3, 2),
    pending('pinned', 5, 1),
    pending('edited', 5, 2),
    pending('edited', 6, 2, { cid: first.change.cid }),
    pending('edited', 7, 1, { cid: first.change.cid }),
  ];
  const [other] = behind.splice(7, 1);
  assert.deepEqual(togetherWith(first, [first, ...along, ...behind, other!]), [first, ...along, other]);
});

test('what is pinned later is pinned later, whatever the first of the two waits for', () => {
  const first = pending('edited', 1, 1);
  const behind = [pending('pinned', 1, 1), pending('pinned', 2, 1)];
  assert.deepEqual(togetherWith(first, [first, ...behind]), [first]);
});

test('what counts the pins goes with nothing that takes a message back', () => {
  const [pin, other] = [pending('pinned', 1, 1), pending('recalled', 2, 1)];
  const [recall, along] = [pending('recalled', 1, 1), pending('recalled', 2, 1)];
  assert.deepEqual(togetherWith(pin, [pin, other]), [pin]);
  assert.deepEqual(togetherWith(recall, [recall, along, pending('pinned', 3, 1)]), [recall, along]);
});

test('one that takes something away goes with none of its message, and no more than so many go together', () => {
  const away = pending('reacted', 1, 1);
  assert.deepEqual(togetherWith(away, [away, reaction(1, 2)]), [away]);
  const first = reaction(1, 1);
  assert.deepEqual(togetherWith(first, [first, pending('reacted', 1, 2)]), [first]);
  const crowd = Array.from({ length: 100 }, (_, index) => reaction(1, index));
  assert.equal(togetherWith(crowd[0]!, crowd).length, 32);
});
