import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Histogram } from './histogram.ts';
import { Samples } from './samples.ts';

const startMs = Date.UTC(2026, 0, 1);
const line = (metric: string, value: number, atMs: number, tags: object = {}) =>
  JSON.stringify({
    metric,
    type: 'Point',
    data: { time: new Date(startMs + atMs).toISOString(), value, tags },
  });

test('percentiles are right within one per cent', () => {
  const milliseconds = fc.double({ min: 0.1, max: 100_000, noNaN: true });
  fc.assert(
    fc.property(
      fc.array(milliseconds, { minLength: 1 }),
      fc.integer({ min: 1, max: 100 }),
      (values, percent) => {
        const histogram = new Histogram();
        for (const value of values) histogram.add(value);
        const exact = values.toSorted((a, b) => a - b)[Math.ceil((percent / 100) * values.length) - 1]!;
        const measured = histogram.percentile(percent)!;
        assert.ok(measured >= exact * 0.9899 && measured <= exact * 1.0101, `${measured} for ${exact}`);
      },
    ),
  );
});

test('a stream of samples is added up by second, and errors by where and code', () => {
  const samples = new Samples();
  samples.takeLine(line('berth_sent', 1, 0));
  samples.takeLine(line('berth_sent', 2, 1_500));
  samples.takeLine(line('berth_ack_ms', 12, 1_600));
  samples.takeLine(line('berth_errors', 1, 1_700, { where: 'send', code: 'forbidden' }));
  samples.takeLine(line('http_req_duration', 1, 1_800));
  samples.takeLine('{"metric":"berth_sent","type":"Poi');
  assert.equal(samples.total('berth_sent'), 3);
  assert.deepEqual(
    samples.slots.map(({ counts }) => counts.get('berth_sent')),
    [1, 2],
  );
  assert.equal(samples.totals.trends.get('berth_ack_ms')!.count, 1);
  assert.deepEqual([...samples.errors], [['send: forbidden', 1]]);
});

test('a long run takes wider stretches, not more memory', () => {
  const samples = new Samples();
  const hours = 5;
  for (let second = 0; second < hours * 3_600; second += 10) {
    samples.takeLine(line('berth_sent', 1, second * 1_000));
    samples.takeLine(line('berth_ack_ms', 5, second * 1_000));
  }
  assert.ok(samples.slots.length <= 600);
  const sum = samples.slots.reduce((total, { counts }) => total + (counts.get('berth_sent') ?? 0), 0);
  assert.equal(sum, hours * 360);
  assert.equal(samples.total('berth_sent'), sum);
});
