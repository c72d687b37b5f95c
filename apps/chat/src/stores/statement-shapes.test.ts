import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { batchSize, insertSizes, maxBatch, padded } from './statement-shapes.ts';

test('any number of rows is cut into few statements out of few sizes', () => {
  const used = new Set<number>();
  for (let count = 1; count <= 2 * maxBatch; count++) {
    const sizes = insertSizes(count);
    assert.equal(
      sizes.reduce((sum, size) => sum + size, 0),
      count,
    );
    assert.ok(sizes.length <= 3);
    for (const size of sizes) used.add(size);
  }
  assert.equal(used.size, 56);
});

test('a large batch is one statement, and nothing waits without need', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5_000 }), (waiting) => {
      const size = batchSize(waiting);
      assert.ok(size >= 1 && size <= Math.min(waiting, maxBatch));
      if (waiting < 64) assert.equal(size, waiting);
      else assert.equal(insertSizes(size).length, 1);
      assert.ok(size > Math.min(waiting, maxBatch) - 32);
    }),
  );
});

test('padding repeats the last item up to a power of two', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(), { minLength: 1, maxLength: 600 }), (items) => {
      const list = padded(items);
      assert.ok(Number.isInteger(Math.log2(list.length)) && list.length < 2 * items.length);
      assert.deepEqual(list.slice(0, items.length), items);
      assert.ok(list.slice(items.length).every((item) => item === items.at(-1)));
    }),
  );
});
