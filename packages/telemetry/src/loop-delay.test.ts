import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Metrics } from './metrics.ts';

test('two who scrape see the same delay of the event loop', async () => {
  const metrics = new Metrics('test').withProcessMetrics();
  const read = async () =>
    Number(/^event_loop_delay_p99_seconds\{[^}]*\} (\S+)$/m.exec(await metrics.registry.metrics())?.[1]);
  await new Promise((resolve) => setImmediate(resolve));
  // The loop is held up for longer than it ever is by itself.
  for (let round = 0; round < 3; round++) {
    const until = performance.now() + 400;
    while (performance.now() < until);
    await new Promise((resolve) => setImmediate(resolve));
  }
  const first = await read();
  assert.ok(first > 0.2, `${first} s`);
  assert.ok((await read()) >= first, 'the second sees no less');
});
