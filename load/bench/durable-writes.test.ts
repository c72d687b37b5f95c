import assert from 'node:assert/strict';
import { test } from 'node:test';
import { measureDurableWrites } from './durable-writes.ts';

test('the whole path of a send is measured within one process, against bare INSERTs of as many rows', async () => {
  const measure = await measureDurableWrites({ conversations: 20, inFlight: 50, rounds: 1, ms: 300 });
  assert.ok(measure.berth > 0 && measure.bare > 0 && measure.single > 0);
  assert.ok(measure.ratio > 0 && measure.batch >= 1);
});
