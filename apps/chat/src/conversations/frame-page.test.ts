import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeFrame, limits } from '@berth/wire';
import fc from 'fast-check';
import { fitting, split } from './frame-page.ts';

const items = fc.array(
  fc.integer({ min: 1, max: 17_000 }).map((size) => 'x'.repeat(size)),
  { maxLength: 30 },
);

test('every part fits a frame, and together they are the list', () => {
  fc.assert(
    fc.property(items, (list) => {
      const parts = split(list);
      for (const part of parts) {
        encodeFrame(1, {
          req: 0xffff_ffff,
          conversations: part,
          more: true,
          part: true,
          cursor: 'c'.repeat(128),
        });
        assert.ok(part.length > 0 || list.length === 0);
      }
      assert.deepEqual(parts.flat(), list);
    }),
    { numRuns: 50 },
  );
});

test('a page is cut where the next item would not fit', () => {
  const third = 'x'.repeat(Math.floor(limits.maxBodyBytes / 3));
  assert.equal(fitting([third, third, third]).length, 2);
  assert.deepEqual(fitting([]), []);
});
