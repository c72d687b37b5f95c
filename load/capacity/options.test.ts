import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertDescriptors, parseCapacityOptions } from './options.ts';

test('without arguments a message a minute of each is judged by p99 below 250 ms', () => {
  const { perMinute, thresholds, first, most } = parseCapacityOptions([]);
  assert.deepEqual([perMinute, thresholds], [1, [{ quantile: 'p99', belowMs: 250 }]]);
  assert.ok(first < most);
  assert.deepEqual(parseCapacityOptions(['--threshold', 'p50 < 20', '--threshold', 'p999<1000']).thresholds, [
    { quantile: 'p50', belowMs: 20 },
    { quantile: 'p999', belowMs: 1_000 },
  ]);
});

test('each mistake is one line that says what is expected, before anything is started', () => {
  for (const [args, message] of [
    [
      ['--threshold', 'p95<250'],
      /^--threshold is p50, p99 or p999 below milliseconds, such as 'p99<250', not 'p95<250'$/,
    ],
    [['--threshold', 'p99<250ms'], /^--threshold is/],
    [['--threshold', 'p99<0'], /^--threshold is/],
    [['--threshold'], /^--threshold is .* not ''$/],
    [['--most', '0'], /^--most is a whole number from 2 to 1000000, not 0$/],
    [['--first', '500', '--most', '400'], /^--first 500 is more than --most 400$/],
    [['--drivers', '1.5'], /^--drivers is a whole number/],
    [['--seconds'], /^--seconds is a number from 1 to 3600, not nothing$/],
    [['--level', '3'], /^there is no --level: npm run load:capacity/],
  ] as const) {
    assert.throws(() => parseCapacityOptions([...args]), { message });
  }
});

test('too few file descriptors are told with what to do', () => {
  const options = parseCapacityOptions(['--most', '50000', '--nodes', '3']);
  const limits =
    'Limit  Soft Limit  Hard Limit  Units\nMax open files            1024                 20000                files\n';
  assert.throws(() => assertDescriptors(options, limits), {
    message:
      '--most 50000 is 50256 file descriptors a process, and one may have 20000 (ulimit -n): at least --drivers 3',
  });
  assertDescriptors({ ...options, drivers: 3 }, limits);
  assertDescriptors(options, limits.replace('20000', '1048576'));
});
