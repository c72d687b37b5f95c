import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FleetHistory } from './fleet-history.ts';
import type { FleetSnapshot } from './registry.ts';

test('each node has its sessions over time, as long as anything is known of it', () => {
  let now: Record<string, number> = {};
  let atMs = 0;
  const look = () =>
    ({
      nowMs: atMs,
      nodes: Object.entries(now).map(([name, connections]) => ({ name, connections, standing: 'listed' })),
    }) as unknown as FleetSnapshot;
  const history = new FleetHistory({ look, samples: 3 });
  const sample = (nodes: Record<string, number>) => {
    now = nodes;
    atMs += 5_000;
    history.sample();
  };
  sample({ a: 1 });
  sample({ a: 2, b: 5 });
  assert.deepEqual(history.read(), { atMs: 10_000, stepMs: 5_000, nodes: { a: [1, 2], b: [null, 5] } });
  sample({ a: 3 });
  sample({ a: 4 });
  assert.deepEqual(history.read().nodes, { a: [2, 3, 4], b: [5, null, null] });
  sample({ a: 5 });
  assert.deepEqual(history.read().nodes, { a: [3, 4, 5] });
  sample({ a: 6, c: 1 });
  assert.deepEqual(history.read().nodes, { a: [4, 5, 6], c: [null, null, 1] });
});
