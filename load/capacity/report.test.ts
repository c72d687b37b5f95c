import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Level } from './measure.ts';
import { parseCapacityOptions } from './options.ts';
import { type CapacityRun, renderNumber, renderSizing } from './report.ts';

const level = (sessions: number, holds: boolean): Level => ({
  ...{ sessions, perSecond: sessions / 60, p50Ms: 2, p99Ms: 20, p999Ms: 40, driverCores: 0.1 },
  ...{ chatCores: sessions / 100_000, serverCores: sessions / 50_000 },
  ...{ chatBytes: sessions * 10_240, baseBytes: 1e8, serverBytes: sessions * 102_400 },
  verdict: { holds, reason: holds ? '' : 'p99 was 300 ms, not below 250', isLoader: false },
});
const run: CapacityRun = {
  ...{
    options: parseCapacityOptions([]),
    ...{ revision: 'a build', machine: 'a machine' },
    date: 'a day',
    load: 'load average 0.1 before it',
  },
  levels: [level(1_000, true), level(2_000, true), level(4_000, false)],
  found: { level: 2_000, held: 4, broke: { level: 4_000, reason: 'p99 was 300 ms, not below 250' } },
};

test('the number comes with how sure it is, and what ended it', () => {
  assert.equal(
    renderNumber(run),
    '**2,000 sessions**, each sending 1 messages a minute (33.3 a second), with p99 below 250 ms and nothing lost, refused or dropped: it held in 4 of 4 runs of 20 s, so with 95 % confidence in at least 47 % of such runs. At 4,000 it does not: p99 was 300 ms, not below 250.',
  );
  const { broke } = run.found;
  assert.match(renderNumber({ ...run, found: { ...run.found, broke: undefined } }), /the limit is higher\.$/);
  assert.equal(
    renderNumber({ ...run, found: { level: 0, held: 0, broke } }),
    'Not even 4,000 sessions hold: p99 was 300 ms, not below 250.',
  );
});

test('the page tells each level, what a session costs where most were served, and pods and dollars', () => {
  const page = renderSizing(run);
  assert.match(page, /^\| 4,000 \| 66\.7\/s \|.*\| p99 was 300 ms, not below 250 \|$/m);
  assert.match(page, /^\| CPU of a session, each second \| 10 µs \| 20 µs \|$/m);
  assert.match(page, /^\| resident memory of a session \| 10 KB \| 100 KB \|$/m);
  assert.match(page, /^\| sessions a core \| 100,000 \| 50,000 \|$/m);
  assert.match(page, /^At 2,000 sessions\.$/m);
  assert.match(page, /^\| chat pods \| 2 \| 7 \| 65 \|$/m);
  assert.doesNotMatch(page, /NaN|undefined|Infinity/);
});

test('a run in which nothing held gives no sizes', () => {
  const page = renderSizing({ ...run, levels: [level(4_000, false)] });
  assert.match(page, /No level held\./);
  assert.doesNotMatch(page, /## Pods and dollars|NaN|undefined/);
});
