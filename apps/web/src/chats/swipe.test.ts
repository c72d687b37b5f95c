import assert from 'node:assert/strict';
import { test } from 'node:test';
import { armedPx, type Swipe, swipeTo } from './swipe.ts';

const open: Swipe = { kind: 'open' };
const along = (...path: [number, number][]): Swipe =>
  path.reduce((swipe: Swipe, [dx, dy]) => swipeTo(swipe, dx, dy), open);

test('a finger that goes to the side takes the message with it, and replies from some way on', () => {
  assert.deepEqual(along([-4, 1]), open);
  assert.deepEqual(along([-4, 1], [-30, 5]), { kind: 'swiping', shiftPx: -20, isArmed: false });
  const far = along([-30, 5], [-400, 40]);
  assert.ok(far.kind === 'swiping' && far.isArmed && far.shiftPx < -armedPx);
  assert.deepEqual(
    along([-90, 0], [-20, 30]),
    { kind: 'swiping', shiftPx: -10, isArmed: false },
    'back again',
  );
  assert.deepEqual(along([-90, 0], [40, 0]), { kind: 'swiping', shiftPx: 0, isArmed: false });
});

test('one that scrolls, or goes the other way, does not', () => {
  for (const first of [
    [-8, 30],
    [30, 0],
    [-12, 11],
  ] as [number, number][])
    assert.deepEqual(along(first, [-300, 0]), { kind: 'other' });
});
