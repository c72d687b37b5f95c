import assert from 'node:assert/strict';
import process from 'node:process';
import { test } from 'node:test';
import { eventually } from '@berth/fixtures';
import { CoalescingLoader, type CoalescingLoaderOptions } from './coalescing-loader.ts';

/** A loader whose reads wait until they are let go. */
function createHeld(options: Partial<Omit<CoalescingLoaderOptions<number, string>, 'read'>> = {}) {
  const reads: { keys: number[]; answer: PromiseWithResolvers<ReadonlyMap<number, string>> }[] = [];
  const loader = new CoalescingLoader<number, string>({
    parallel: 1,
    patienceMs: 60_000,
    ...options,
    read: (keys) => {
      const answer = Promise.withResolvers<ReadonlyMap<number, string>>();
      reads.push({ keys, answer });
      return answer.promise;
    },
  });
  const answer = (index: number) => {
    const { keys, answer } = reads[index]!;
    answer.resolve(new Map(keys.filter((key) => key < 100).map((key) => [key, `${key} of read ${index}`])));
  };
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  return { loader, reads, answer, settled };
}

test('what is asked for at a time is one read, each key once', async () => {
  const { loader, reads, answer, settled } = createHeld();
  const values = [loader.load(1), loader.load(2), loader.load(1), loader.load(100)];
  await settled();
  assert.deepEqual(
    reads.map(({ keys }) => keys),
    [[1, 2, 100]],
  );
  answer(0);
  assert.deepEqual(await Promise.all(values), ['1 of read 0', '2 of read 0', '1 of read 0', undefined]);
});

test('what is asked for during a read is read afterwards, even the same key', async () => {
  const { loader, reads, answer, settled } = createHeld();
  const first = loader.load(1);
  await settled();
  const second = loader.loadAll([1, 3]);
  await settled();
  assert.equal(reads.length, 1);
  answer(0);
  assert.equal(await first, '1 of read 0');
  await settled();
  answer(1);
  assert.deepEqual(
    await second,
    new Map([
      [1, '1 of read 1'],
      [3, '3 of read 1'],
    ]),
  );
});

test('reads are of a size, and so many at a time', async () => {
  const { loader, reads, answer, settled } = createHeld({ maxKeys: 2, parallel: 2 });
  const all = loader.loadAll([1, 2, 3, 4, 5]);
  await settled();
  assert.deepEqual(
    reads.map(({ keys }) => keys),
    [
      [1, 2],
      [3, 4],
    ],
  );
  answer(1);
  await settled();
  assert.equal(reads.length, 2);
  answer(0);
  await eventually('the rest is read', () => reads.length === 3);
  assert.deepEqual(reads[2]!.keys, [5]);
  answer(2);
  assert.equal((await all).size, 5);
});

test('what comes in several callbacks of one turn is one read', async () => {
  const { loader, reads, answer, settled } = createHeld();
  const values = [loader.load(1), Promise.resolve().then(() => loader.load(2))];
  process.nextTick(() => values.push(loader.load(3)));
  await settled();
  assert.deepEqual(
    reads.map(({ keys }) => keys),
    [[1, 2, 3]],
  );
  answer(0);
  assert.deepEqual(await Promise.all(values), ['1 of read 0', '2 of read 0', '3 of read 0']);
});

test('a read that is not full waits for the one before it', async () => {
  const { loader, reads, answer, settled } = createHeld({ maxKeys: 3, parallel: 2 });
  const first = loader.load(1);
  await settled();
  const two = loader.loadAll([2, 3]);
  await settled();
  assert.equal(reads.length, 1);
  const third = loader.load(4);
  await settled();
  assert.deepEqual(reads[1]!.keys, [2, 3, 4]);
  answer(0);
  answer(1);
  assert.deepEqual([await first, (await two).size, await third], ['1 of read 0', 2, '4 of read 1']);
});

test('for a read that takes long the next one does not wait', async () => {
  const { loader, reads, answer, settled } = createHeld({ parallel: 2, patienceMs: 5 });
  const first = loader.load(1);
  await settled();
  const second = loader.load(2);
  await eventually('a second read', () => reads.length === 2);
  answer(1);
  assert.equal(await second, '2 of read 1');
  answer(0);
  assert.equal(await first, '1 of read 0');
  const third = loader.load(3);
  await settled();
  answer(2);
  assert.equal(await third, '3 of read 2');
});

test('a read that fails fails those who wait for it, and no others', async () => {
  const { loader, reads, answer, settled } = createHeld();
  const failing = loader.load(1);
  await settled();
  const next = loader.load(1);
  reads[0]!.answer.reject(new RangeError('away'));
  await assert.rejects(failing, RangeError);
  await settled();
  answer(1);
  assert.equal(await next, '1 of read 1');
});

test('beyond what may wait a key is refused', async () => {
  const { loader, answer, settled } = createHeld({ maxWaiting: 2 });
  const waiting = [loader.load(1), loader.load(2)];
  await assert.rejects(loader.load(3), { code: 'unavailable' });
  await settled();
  answer(0);
  await Promise.all(waiting);
});

test('after a read for many the next one gathers for a while, and after one for few it does not', async () => {
  const { loader, reads, answer, settled } = createHeld({ gatherMs: 100, maxKeys: 6 });
  const few = [loader.loadAll([1, 2, 3, 4, 5]), loader.load(1), loader.load(2)];
  await settled();
  answer(0);
  await Promise.all(few);
  const many = [1, 2, 3, 4].map((key) => loader.load(key));
  await settled();
  assert.equal(reads.length, 2);
  answer(1);
  await Promise.all(many);
  const later = [loader.load(5), loader.load(6)];
  await eventually('the gathered ones are read', () => reads.length === 3);
  assert.deepEqual(reads[2]!.keys, [5, 6]);
  answer(2);
  await Promise.all(later);
  const whole = [1, 2, 3, 4, 5, 6].map((key) => loader.load(key));
  await settled();
  answer(3);
  await Promise.all(whole);
  const again = loader.loadAll([1, 2, 3, 4, 5, 6]);
  await settled();
  assert.equal(reads.length, 5, 'as large as it gets: nothing is waited for');
  answer(4);
  await again;
});
