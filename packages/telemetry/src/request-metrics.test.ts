import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Metrics } from './metrics.ts';

const total = { name: 'requests_total', help: 'how many' };
const seconds = { name: 'request_seconds', help: 'how long' };

const lines = async (metrics: Metrics) => (await metrics.registry.metrics()).trim().split('\n').sort();

test('requests are told as prom-client tells its own counters and histograms', async () => {
  const request = fc.tuple(
    fc.constantFrom('send', 'resume', 'heartbeat'),
    fc.constantFrom('ok', 'unavailable'),
    fc.constantFrom(0, 0.001, 0.0011, 0.07, 4.9, 5, 5.1, 60),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(request), async (requests) => {
      const [metrics, others] = [new Metrics('x'), new Metrics('x')];
      const ours = metrics.requests(total, seconds);
      const counter = others.counter(total.name, total.help, ['frame', 'code']);
      const histogram = others.histogram(seconds.name, seconds.help, ['frame']);
      for (const [frame, code, took] of requests) {
        ours.ended(frame, code, took);
        counter.inc({ frame, code });
        histogram.observe({ frame }, took);
      }
      assert.deepEqual(await lines(metrics), await lines(others));
    }),
    { numRuns: 100 },
  );
});
