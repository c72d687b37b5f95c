import assert from 'node:assert/strict';
import { test } from 'node:test';
import { maxSelected, type Selected, spanned, toggled } from './selected.ts';

const seqsOf = (selected: Selected | undefined) => [...(selected?.seqs ?? [])].sort((a, b) => a - b);

test('messages are selected one by one, and none is when the last one is left out', () => {
  const one = toggled(undefined, 5);
  const two = toggled(one, 9);
  assert.deepEqual(seqsOf(two), [5, 9]);
  assert.deepEqual(seqsOf(toggled(two, 5)), [9]);
  assert.equal(toggled(toggled(two, 5), 9), undefined);
});

test('a span grows and shrinks with where one goes, and leaves what was selected before', () => {
  const before = toggled(toggled(undefined, 2), 5);
  const far = spanned(before, 5, [5, 6, 7, 8]);
  assert.deepEqual(seqsOf(far), [2, 5, 6, 7, 8]);
  assert.deepEqual(seqsOf(spanned(far, 5, [5, 6])), [2, 5, 6]);
  assert.deepEqual(seqsOf(spanned(far, 5, [5, 4])), [2, 4, 5]);
  // What is toggled then begins another.
  const other = toggled(far, 20);
  assert.deepEqual(seqsOf(spanned(other, 20, [20, 21])), [2, 5, 6, 7, 8, 20, 21]);
});

test('no more are selected than can be dealt with', () => {
  const many = Array.from({ length: maxSelected + 50 }, (_, index) => index + 1);
  const full = spanned(undefined, 1, many);
  assert.equal(full.seqs.size, maxSelected);
  assert.equal(toggled(full, maxSelected + 1), full);
  assert.equal(toggled(full, 1)!.seqs.size, maxSelected - 1);
});
