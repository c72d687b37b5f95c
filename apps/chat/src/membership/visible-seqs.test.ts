import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Interval, VisibleSeqs } from './visible-seqs.ts';

/** Memberships as they can come about: each begins at or after the end of the one before. */
const tenures = fc.array(fc.tuple(fc.nat(6), fc.nat(6)), { minLength: 1, maxLength: 5 }).map((steps) => {
  let seq = 0;
  return steps.map(([gap, stay]) => {
    const after = seq + gap;
    seq = after + stay;
    return { after, upTo: seq };
  });
});

const cases = fc.record({
  tenures,
  stillThere: fc.boolean(),
  beyond: fc.nat(6),
  mark: fc.nat(40),
  limit: fc.integer({ min: 1, max: 12 }),
});

function seqsOf(ranges: readonly { from: number; to: number }[]): number[] {
  return ranges.flatMap(({ from, to }) => Array.from({ length: to - from + 1 }, (_, index) => from + index));
}

/** What the rule says, one seq at a time. */
function modelOf(intervals: readonly Interval[], head: number): number[] {
  return Array.from({ length: head }, (_, index) => index + 1).filter((seq) =>
    intervals.some(({ after, upTo }) => seq > after && seq <= upTo),
  );
}

const count = (intervals: { after: number; upTo: number }[]) =>
  intervals.reduce((sum, { after, upTo }) => sum + upTo - after, 0);

test('a user sees the seqs of the memberships, and pages hold the nearest of them in order', () => {
  fc.assert(
    fc.property(cases, ({ tenures, stillThere, beyond, mark, limit }) => {
      const newest = tenures.at(-1)!;
      const head = newest.upTo + beyond;
      const visible = new VisibleSeqs(
        { joinedSeq: newest.after, leftSeq: stillThere ? undefined : newest.upTo },
        tenures.slice(0, -1).toReversed(),
        head,
      );
      const last = stillThere ? { after: newest.after, upTo: head } : newest;
      const model = modelOf([...tenures.slice(0, -1), last], head);
      assert.equal(visible.head, model.at(-1) ?? 0);
      assert.equal(visible.first, model[0] ?? 0);
      assert.equal(count(visible.above(mark)), model.filter((seq) => seq > mark).length);
      assert.deepEqual(
        seqsOf(visible.rangesAfter(mark, limit)),
        model.filter((seq) => seq > mark).slice(0, limit),
      );
      assert.deepEqual(
        seqsOf(visible.rangesBefore(mark, limit)),
        model.filter((seq) => seq < mark).slice(-limit),
      );
    }),
  );
});

test('a head that was read before the user joined shows nothing', () => {
  const visible = new VisibleSeqs({ joinedSeq: 7, leftSeq: undefined }, [], 5);
  assert.deepEqual(
    [visible.head, visible.first, visible.above(0), visible.rangesAfter(0, 9)],
    [0, 0, [], []],
  );
});
