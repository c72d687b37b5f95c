import assert from 'node:assert/strict';
import { test } from 'node:test';
import { useRedis } from '@berth/fixtures';
import { Circuit } from '@berth/lifecycle';
import fc from 'fast-check';
import { FallbackTokenBuckets } from './fallback-buckets.ts';
import { MemoryTokenBuckets } from './memory-buckets.ts';
import { RedisTokenBuckets } from './redis-buckets.ts';
import { type Bucket, refill, type TokenBuckets, untilNext } from './token-bucket.ts';

const store = useRedis();

/** What both kinds must do. A token a minute comes back: none does within a test. */
const kinds: Record<string, () => TokenBuckets> = {
  memory: () => new MemoryTokenBuckets(),
  redis: () => new RedisTokenBuckets(store.redis, new Circuit('Redis')),
};
let unique = 0;
const slowBucket = (burst: number): Bucket => ({ key: `{t}:bucket-${unique++}`, burst, perMinute: 1 });

for (const [kind, create] of Object.entries(kinds)) {
  test(`${kind}: gives a burst, then says how long the next token takes`, async () => {
    const buckets = create();
    const bucket = slowBucket(3);
    for (let left = 2; left >= 0; left--) {
      const taking = await buckets.take([bucket]);
      assert.equal(taking.isTaken, true);
      assert.ok(Math.abs(taking.left[0]! - left) < 0.1, String(taking.left[0]));
    }
    const refused = await buckets.take([bucket]);
    assert.equal(refused.isTaken, false);
    assert.ok(refused.waitMs > 50_000 && refused.waitMs <= 60_000, String(refused.waitMs));
  });

  test(`${kind}: of fifty at once exactly the burst is served`, async () => {
    const buckets = create();
    const bucket = slowBucket(7);
    const takings = await Promise.all(Array.from({ length: 50 }, () => buckets.take([bucket])));
    assert.equal(takings.filter(({ isTaken }) => isTaken).length, 7);
  });

  test(`${kind}: takes from all or from none`, async () => {
    const buckets = create();
    const [wide, narrow] = [slowBucket(5), slowBucket(1)];
    assert.equal((await buckets.take([wide, narrow])).isTaken, true);
    assert.equal((await buckets.take([wide, narrow])).isTaken, false);
    for (let count = 1; count <= 4; count++) assert.equal((await buckets.take([wide])).isTaken, true);
    assert.equal((await buckets.take([wide])).isTaken, false);
  });

  test(`${kind}: tokens come back`, async () => {
    const buckets = create();
    const bucket: Bucket = { key: `{t}:quick-${kind}`, burst: 1, perMinute: 60_000 };
    for (let count = 1; count <= 5; count++) {
      while (!(await buckets.take([bucket])).isTaken);
    }
  });
}

test('a bucket never holds more than its burst nor less than what came back, whatever the clock does', () => {
  const bucket: Bucket = { key: 'k', burst: 10, perMinute: 60 };
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: -5_000, max: 20_000 }), { maxLength: 50 }),
      fc.double({ min: 0, max: 10, noNaN: true }),
      (steps, tokens) => {
        let state = { tokens, at: 0 };
        let now = 0;
        for (const step of steps) {
          now += step;
          const next = refill(state, bucket, now);
          assert.ok(next.tokens <= bucket.burst && next.tokens >= state.tokens);
          assert.equal(untilNext(next, bucket) === 0, next.tokens >= 1);
          state = next;
        }
      },
    ),
  );
});

test('in memory the longest untouched buckets are forgotten', async () => {
  const buckets = new MemoryTokenBuckets({ maxBuckets: 2 });
  const [one, two, three] = [slowBucket(1), slowBucket(1), slowBucket(1)];
  for (const bucket of [one, two, three]) await buckets.take([bucket]);
  assert.equal((await buckets.take([three])).isTaken, false);
  assert.equal((await buckets.take([one])).isTaken, true);
});

test('while Redis is away each process counts for itself', async () => {
  const away: TokenBuckets = { take: () => Promise.reject(new Error('away')) };
  const buckets = new FallbackTokenBuckets(away, new MemoryTokenBuckets());
  const bucket = slowBucket(1);
  assert.equal((await buckets.take([bucket])).isTaken, true);
  assert.equal((await buckets.take([bucket])).isTaken, false);
});

test('in Redis a bucket that is full again is forgotten', async () => {
  const bucket: Bucket = { key: '{t}:forgotten', burst: 6, perMinute: 60 };
  await new RedisTokenBuckets(store.redis, new Circuit('Redis')).take([bucket]);
  const lifeMs = await store.redis.pttl(bucket.key);
  assert.ok(lifeMs > 0 && lifeMs <= 7_000, String(lifeMs));
});
