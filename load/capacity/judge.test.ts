import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FleetReport } from '../driver/fleet.ts';
import { Latencies } from '../driver/latencies.ts';
import { judge } from './judge.ts';

const latencies = (...values: number[]): Latencies => {
  const all = new Latencies();
  for (const ms of values) all.recordSince(0, ms);
  return all;
};
const report = (differs: Partial<FleetReport> = {}): FleetReport => ({
  ...{ due: 100, acknowledged: 100, delivered: 100, missing: 0, refused: 0, dropped: 0, seconds: 1 },
  ...{ acknowledgedIn: latencies(5), deliveredIn: latencies(10), sentIn: latencies(1), driverCores: 0.2 },
  ...{ backIn: latencies(), away: 0 },
  ...differs,
});
const thresholds = [{ quantile: 'p99' as const, belowMs: 250 }];

test('a level holds when nothing is lost and the latencies are below the thresholds', () => {
  assert.equal(judge(report(), thresholds).holds, true);
  for (const [differs, reason] of [
    [{ missing: 1 }, /^1 messages were not acknowledged/],
    [{ refused: 2 }, /^2 sends were refused$/],
    [{ dropped: 3 }, /^3 sessions were dropped$/],
    [{ deliveredIn: latencies(300) }, /^p99 was 300 ms, not below 250$/],
  ] as const) {
    const { holds, reason: told, isLoader } = judge(report(differs), thresholds);
    assert.match(told, reason);
    assert.deepEqual([holds, isLoader], [false, false]);
  }
});

test('a run in which the loader was the bottleneck says so', () => {
  const slow = { deliveredIn: latencies(300) };
  for (const [differs, reason] of [
    [
      { driverCores: 0.9 },
      'the loader was the limit: a driver took 0.90 of a core (p99 was 300 ms, not below 250)',
    ],
    [
      { sentIn: latencies(80) },
      'the loader was the limit: it sent 80 ms late (p99) (p99 was 300 ms, not below 250)',
    ],
  ] as const) {
    assert.deepEqual(judge(report({ ...slow, ...differs }), thresholds), {
      holds: false,
      reason,
      isLoader: true,
    });
  }
  // What is in time is in time, whoever was late.
  assert.equal(judge(report({ driverCores: 0.9 }), thresholds).holds, true);
});
