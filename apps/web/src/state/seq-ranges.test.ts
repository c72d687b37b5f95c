import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { SeqRanges } from './seq-ranges.ts';

const range = fc.tuple(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 0, max: 12 }));

test('ranges hold exactly what was added, as few ranges as can be, and know what is missing', () => {
  fc.assert(
    fc.property(fc.array(range, { maxLength: 12 }), range, (added, [askedFrom, askedLength]) => {
      const ranges = new SeqRanges();
      const model = new Set<number>();
      for (const [from, length] of added) {
        ranges.add(from, from + length - 1);
        for (let seq = from; seq < from + length; seq++) model.add(seq);
      }
      for (let seq = 0; seq <= 80; seq++) assert.equal(ranges.has(seq), model.has(seq));
      const kept = ranges.ranges;
      for (let index = 1; index < kept.length; index++)
        assert.ok(kept[index]!.from > kept[index - 1]!.to + 1);

      const left = Array.from({ length: 80 }, (_, index) => askedFrom + index).filter(
        (seq) => !model.has(seq),
      );
      for (const [place, seq] of left.entries()) assert.equal(ranges.missingAt(askedFrom, place), seq);

      const asked = Array.from({ length: askedLength }, (_, index) => askedFrom + index);
      const askedTo = askedFrom + askedLength - 1;
      assert.equal(ranges.count(askedFrom, askedTo), asked.filter((seq) => model.has(seq)).length);
      assert.deepEqual(
        ranges
          .missing(askedFrom, askedTo)
          .flatMap(({ from, to }) => Array.from({ length: to - from + 1 }, (_, index) => from + index)),
        asked.filter((seq) => !model.has(seq)),
      );
    }),
  );
});
