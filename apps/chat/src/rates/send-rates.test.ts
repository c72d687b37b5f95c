import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SendRates } from './send-rates.ts';

test('a user sends in a burst and then at the rate, and nobody pays for another', () => {
  const rates = new SendRates({ perSecond: 10, burst: 3 });
  assert.deepEqual([rates.take(1, 0), rates.take(1, 0), rates.take(1, 0), rates.take(1, 0)], [0, 0, 0, 100]);
  assert.equal(rates.take(2, 0), 0);
  assert.equal(rates.take(1, 100), 0);
  assert.equal(rates.take(1, 150), 50);
});
