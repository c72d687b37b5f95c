import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { merge, renderOutcomes } from './reached.ts';

const outcome = (target: string, what: string, isMet: boolean, revision = 'abc') => ({
  ...{ target, what, measured: '1 ms', bound: '≤ 2', isMet, revision, date: '2026-11-30' },
});

test('what a run has shown takes the place of what an earlier one did, and the rest stays, by target', () => {
  const kept = [outcome('P2', 'memory', false), outcome('P10', 'idle', false), outcome('P9', 'CPU', false)];
  const merged = merge(kept, [outcome('P10', 'idle', true, 'def'), outcome('P9', 'time', true)]);
  assert.deepEqual(
    merged.map(({ target, what, isMet, revision }) => [target, what, isMet, revision]),
    [
      ['P2', 'memory', false, 'abc'],
      ['P9', 'CPU', false, 'abc'],
      ['P9', 'time', true, 'abc'],
      ['P10', 'idle', true, 'def'],
    ],
  );
  assert.match(renderOutcomes(merged), /^\| P10 \| idle \| ≤ 2 \| 1 ms \| met \| def, 2026-11-30 \|$/m);
});

test('the page shows what is kept, and has something of each target', () => {
  const docs = join(import.meta.dirname, '../../docs');
  const kept = JSON.parse(readFileSync(join(docs, 'benchmarks/reached.json'), 'utf8'));
  assert.ok(readFileSync(join(docs, 'benchmarks.md'), 'utf8').includes(renderOutcomes(kept)));
  const targets = new Set(kept.map(({ target }: { target: string }) => target));
  assert.deepEqual(
    [...targets],
    Array.from({ length: 12 }, (_, index) => `P${index + 1}`),
  );
});
