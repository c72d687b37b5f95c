import assert from 'node:assert/strict';
import { test } from 'node:test';
import { useRedis } from '@berth/fixtures';
import { redisMillis } from './redis.ts';

const stores = useRedis();

test('the clock is Redis’ own, in milliseconds', async () => {
  const first = await redisMillis(stores.redis);
  assert.ok(Number.isSafeInteger(first) && first > 1_600_000_000_000);
  assert.ok((await redisMillis(stores.redis)) >= first);
});
