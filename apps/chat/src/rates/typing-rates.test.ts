import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TypingRates } from './typing-rates.ts';

test('a session tells once a second that it is typing, and turns to other conversations four times at most', () => {
  const rates = new TypingRates();
  const session = {};
  assert.deepEqual(
    [0, 500, 999, 1_000].map((nowMs) => rates.take(session, 1, nowMs)),
    [true, false, false, true],
  );
  let told = 0;
  for (let nowMs = 2_000; nowMs < 3_000; nowMs += 5) told += Number(rates.take(session, nowMs % 2, nowMs));
  assert.equal(told, 4);
  assert.ok(rates.take({}, 1, 3_000));
});
