import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judge, type Pair, ratioOf } from './ratio.ts';

/** The same numbers each time. */
function seeded(): () => number {
  let state = 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

/** Pairs of one ratio on a machine whose moods change from pair to pair, and a little within one. */
function measured(count: number, ratio: number, noise: number): Pair[] {
  const random = seeded();
  const moved = () => 1 + noise * (random() - 0.5);
  return Array.from({ length: count }, () => {
    const mood = 1 + random();
    return { off: 20 * mood * moved(), on: 20 * ratio * mood * moved() };
  });
}

test('a small difference is shown by many pairs, however the machine changes between them', () => {
  const found = ratioOf(measured(40, 1.01, 0.02), seeded());
  assert.ok(found.low < 1.01 && found.high > 1.01, JSON.stringify(found));
  assert.ok(found.high - found.low < 0.01, JSON.stringify(found));
  assert.equal(judge(found, 1.02), 'met');
  assert.equal(judge(ratioOf(measured(40, 1.05, 0.02), seeded()), 1.02), 'not met');
});

test('what pairs that differ too much tell of the bound is nothing', () => {
  assert.equal(judge(ratioOf(measured(8, 1.02, 0.8), seeded()), 1.02), 'not shown');
});

test('without pairs there is no ratio', () => {
  assert.throws(() => ratioOf([]), /no pairs/);
});
