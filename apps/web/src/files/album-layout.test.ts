import assert from 'node:assert/strict';
import { test } from 'node:test';
import { layOutAlbum } from './album-layout.ts';

const photo = 4 / 3;
const upright = 3 / 4;

/** How many tiles each row has. */
function rowsOf(ratios: number[]): number[] {
  const tops = new Map<string, number>();
  for (const { top } of layOutAlbum(ratios).tiles)
    tops.set(top.toFixed(6), (tops.get(top.toFixed(6)) ?? 0) + 1);
  return [...tops.values()];
}

test('tiles of 1 to 10 pictures fill the album without overlapping', () => {
  for (let count = 1; count <= 10; count++) {
    for (const ratio of [0.1, upright, 1, photo, 10]) {
      const { tiles, ratio: shape } = layOutAlbum(Array.from({ length: count }, () => ratio));
      assert.equal(tiles.length, count);
      const area = tiles.reduce((sum, { width, height }) => sum + width * height, 0);
      assert.ok(Math.abs(area - 1) < 1e-9, `${count} of ${ratio}: ${area}`);
      for (const { left, top, width, height } of tiles) {
        assert.ok(left >= 0 && top >= 0 && left + width <= 1 + 1e-9 && top + height <= 1 + 1e-9);
      }
      assert.ok(shape >= 0.3 && shape <= 3.1, `${count} of ${ratio}: ${shape}`);
    }
  }
});

test('two upright ones stand side by side, two wide ones above each other', () => {
  assert.deepEqual(rowsOf([upright, upright]), [2]);
  assert.deepEqual(rowsOf([2, 2]), [1, 1]);
});

test('more are in rows of about the same height', () => {
  assert.deepEqual(rowsOf([photo, photo, photo, photo]), [2, 2]);
  assert.ok(Math.max(...rowsOf(Array.from({ length: 10 }, () => photo))) <= 4);
});
