import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { TaskQueue } from './task-queue.ts';

test('never more at a time than allowed, in the order of asking, and none is lost', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 4 }),
      fc.array(fc.boolean(), { maxLength: 30 }),
      async (concurrency, failures) => {
        const queue = new TaskQueue({ concurrency, queue: 30 });
        const started: number[] = [];
        let running = 0;
        const results = await Promise.allSettled(
          failures.map((isFailing, index) =>
            queue.run(async () => {
              started.push(index);
              running++;
              assert.ok(running <= concurrency);
              await new Promise((resolve) => setImmediate(resolve));
              running--;
              if (isFailing) throw new Error('failed');
              return index;
            }),
          ),
        );
        assert.deepEqual(started, [...failures.keys()]);
        assert.deepEqual(
          results.map(({ status }) => status === 'rejected'),
          failures,
        );
        assert.deepEqual([queue.running, queue.waiting], [0, 0]);
      },
    ),
    { numRuns: 50 },
  );
});

test('who waited too long is refused in place of being served', async () => {
  const queue = new TaskQueue({ concurrency: 1, queue: 5, maxWaitMs: -1 });
  const first = Promise.withResolvers<void>();
  const running = queue.run(() => first.promise);
  const late = queue.run(async () => assert.fail('it was run'));
  first.resolve();
  await running;
  await assert.rejects(late, { code: 'unavailable' });
  assert.equal(await queue.run(async () => 'well'), 'well');
});

test('who waits and gives up leaves the queue, and the place goes to the next one', async () => {
  const queue = new TaskQueue({ concurrency: 1, queue: 2 });
  const first = Promise.withResolvers<void>();
  const running = queue.run(() => first.promise);
  const leaving = new AbortController();
  const ran: string[] = [];
  const gone = queue.run(async () => void ran.push('gone'), leaving.signal);
  const next = queue.run(async () => void ran.push('next'));
  leaving.abort(new RangeError('gone'));
  await assert.rejects(gone, RangeError);
  assert.equal(queue.waiting, 1);
  await assert.rejects(
    queue.run(async () => {}, leaving.signal),
    RangeError,
  );
  first.resolve();
  await Promise.all([running, next]);
  assert.deepEqual(ran, ['next']);
  assert.equal(queue.running, 0);
});
