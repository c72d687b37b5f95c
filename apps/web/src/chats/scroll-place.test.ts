import assert from 'node:assert/strict';
import { test } from 'node:test';
import { initialSizes, offsetOfPlace, openingPlace } from './scroll-place.ts';

test('a conversation opens where the reader was, else at what is new, else at its end', () => {
  const memory = { place: { seq: 7, offsetPx: 3 }, sizes: [] };
  assert.deepEqual(openingPlace(memory, { unread: 5, read: 2 }), { seq: 7, offsetPx: 3 });
  assert.deepEqual(openingPlace(undefined, { unread: 5, read: 2 }), { seq: 3, offsetPx: 0 });
  assert.equal(openingPlace(undefined, { unread: 0, read: 2 }), 'end');
});

test('the offset of a place adds up what was measured and guesses the rest', () => {
  const rows = { count: 4, keyOf: (index: number) => index };
  const sizes = initialSizes({
    place: 'end',
    sizes: [
      [0, 100],
      [2, 30],
    ],
  });
  const layout = { estimatePx: 10, paddingPx: 5 };
  assert.equal(offsetOfPlace(0, rows, sizes, layout), 5);
  assert.equal(offsetOfPlace(3, rows, sizes, layout), 5 + 100 + 10 + 30);
  assert.equal(offsetOfPlace('end', rows, sizes, layout), 5 + 100 + 10 + 30 + 10);
});
