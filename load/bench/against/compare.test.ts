import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { shown } from '../markdown.ts';
import { compare } from './compare.ts';
import type { Reading } from './measure.ts';
import { type Round, renderComparison } from './table.ts';

const root = join(import.meta.dirname, '../../..');

test('both builds are measured in turn, and the table says each side’s server CPU by process', async () => {
  const said: string[] = [];
  const comparison = await compare({
    revision: { name: 'one', folder: root },
    present: { name: 'other', folder: root },
    ...{ rounds: 1, duration: { warmSeconds: 1, seconds: 3 }, storedMs: 300 },
    say: (line) => said.push(line),
    only: ['pairs', 'lone'],
  });
  const { revision, present } = comparison.rounds[0]!;
  for (const { pairs, lone } of [revision, present]) {
    assert.deepEqual(Object.keys(pairs!.cpuUs).sort(), [
      'MySQL',
      'Redis',
      'chat',
      'gate',
      'status',
      'verify',
    ]);
    assert.ok(pairs!.cpuUs.chat! > 0 && pairs!.cpuUs.MySQL! > 0);
    assert.ok(pairs!.perSecond > 0 && pairs!.loaderCores > 0);
    assert.ok(lone!.p50Ms > 0);
  }
  const ofPairs = said.filter((line) => line.includes('40 pairs'));
  assert.deepEqual(
    ofPairs.map((line) => line.split(': ').at(-1)),
    ['one', 'other'],
  );
  assert.match(
    renderComparison(comparison),
    /\| 1:1, 40 pairs, 16 in flight: server CPU a message( ‡)? \| [\d.,]+ µs \|/,
  );
});

const reading = (serverUs: number, loaderCores: number): Reading => ({
  ...{ cpuUs: { chat: serverUs * 0.75, MySQL: serverUs / 4 }, serverUs, perSecond: 1e6 / serverUs },
  ...{ p50Ms: serverUs / 10, p99Ms: serverUs, p999Ms: 2 * serverUs, loaderCores },
});
const round = (serverUs: number, loaderCores = 0.2): Round => ({
  ...{ pairs: reading(serverUs, loaderCores), lone: reading(serverUs, 0.1) },
  stored: {
    ...{ berth: 4, bare: 5, single: 1, ratio: 0.8, batch: 9 },
    cpuUs: { berth: 20, bare: 15, single: 60 },
  },
});

test('ratios are medians of what was measured side by side; reached or not, and a loader at its limit, are told', () => {
  const rounds = [
    { revision: round(20), present: round(10) },
    { revision: round(40), present: round(30, 0.75) },
    { revision: round(22), present: round(11, 0.8) },
  ];
  const lines = renderComparison({ revision: 'old', present: 'new', rounds }).split('\n');
  assert.deepEqual(lines.slice(0, 4), [
    '|  | old | new | ratio | to reach | loader, cores |',
    '| --- | --- | --- | --- | --- | --- |',
    '| 1:1, 40 pairs, 16 in flight: server CPU a message ‡ | 22 µs | 11 µs | 0.50 | ≤ 12: met | 0.20 / 0.75 |',
    '| … messages ‡ | 45,455/s | 90,909/s | 2.00 |  | 0.20 / 0.75 |',
  ]);
  assert.ok(
    lines.includes(
      '| a lone send until acknowledged, median | 2.2 ms | 1.1 ms | 0.50 | ≤ 0.6 ×: met | 0.10 / 0.10 |',
    ),
  );
  assert.ok(
    lines.includes(
      '| stored in one process, against bare multi-row INSERT | 0.8 | 0.8 | 1.00 | ≥ 0.75: met |  |',
    ),
  );
  assert.ok(lines.some((line) => line.startsWith('‡ The loader took more than 0.7 of a core')));
  assert.ok(lines.includes('| 1:1, 16 in flight, new | 8.25 | 2.75 |'));
});

test('what nobody measured is in no table', () => {
  const text = renderComparison({
    revision: 'old',
    present: 'new',
    rounds: [{ revision: round(2), present: round(1) }],
  });
  assert.doesNotMatch(text, /open loop|of 100|NaN|undefined|‡/);
});

test('figures are shown to three digits', () => {
  assert.deepEqual([12_345.6, 999.4, 12.345, 0.0123].map(shown), ['12,346', '999', '12.3', '0.012']);
});

test('an interrupted comparison answers with the rounds that are whole', async () => {
  const comparison = await compare({
    revision: { name: 'one', folder: root },
    present: { name: 'other', folder: root },
    ...{ rounds: 1, duration: { warmSeconds: 1, seconds: 3 }, storedMs: 300, say: () => {} },
    signal: AbortSignal.abort(),
  });
  assert.deepEqual(comparison.rounds, []);
});
