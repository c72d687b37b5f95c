import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { LaneOrder } from './lane-order.ts';

test('a lane with much to write begins when another has ended, one with little at once', async () => {
  const order = new LaneOrder({ patienceMs: 600_000 });
  await order.begin(500);
  await order.begin(1);
  const began: string[] = [];
  const waiting = ['first', 'second'].map(async (name) => {
    await order.begin(500);
    began.push(name);
  });
  await turn();
  assert.deepEqual(began, []);
  order.end();
  await waiting[0];
  assert.deepEqual(began, ['first']);
  order.end();
  await waiting[1];
  assert.deepEqual(began, ['first', 'second']);
  order.end();
  order.end();
  await order.begin(500);
});

test('a lane whose neighbour does not end goes on beside it', async () => {
  const order = new LaneOrder({ patienceMs: 1 });
  await order.begin(500);
  await order.begin(500);
  order.end();
  order.end();
  await order.begin(500);
});
