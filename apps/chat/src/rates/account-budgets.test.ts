import assert from 'node:assert/strict';
import { test } from 'node:test';
import { useRedis } from '@berth/fixtures';
import { createRedis } from '@berth/redis';
import { freePort } from '@berth/stores';
import type { BudgetWindows } from '../config.ts';
import { RedisAccountBudgets } from './account-budgets.ts';

const stores = useRedis();
const two = [
  { most: 3, ms: 60_000 },
  { most: 5, ms: 86_400_000 },
];
const windows: BudgetWindows = {
  friendRequest: two,
  profile: two,
  group: two,
  groupMember: two,
  change: two,
};

test('an account has what each window takes, together on all nodes, and another one its own', async () => {
  const [one, other] = [
    new RedisAccountBudgets(stores.redis, windows),
    new RedisAccountBudgets(stores.redis, windows),
  ];
  await one.take(1, 'profile', 2);
  await other.take(1, 'profile');
  await assert.rejects(
    one.take(1, 'profile'),
    ({ code, retryAfterMs }: { code: string; retryAfterMs: number }) => {
      assert.equal(code, 'rate_limited');
      return retryAfterMs > 50_000 && retryAfterMs <= 60_000;
    },
  );
  await one.take(1, 'group');
  await one.take(2, 'profile', 3);
  await stores.redis.del('spent:{1}:profile:0');
  await one.take(1, 'profile', 2);
  await assert.rejects(one.take(1, 'profile'), { code: 'rate_limited' });
});

test('more than a window takes is refused whole', async () => {
  const budgets = new RedisAccountBudgets(stores.redis, windows);
  await assert.rejects(budgets.take(9, 'groupMember', 4), { code: 'rate_limited' });
  await budgets.take(9, 'groupMember', 3);
});

test('without Redis a node counts for itself', async () => {
  const away = createRedis(`redis://127.0.0.1:${await freePort()}`, { commandTimeoutMs: 100 });
  try {
    const budgets = new RedisAccountBudgets(away, windows);
    await budgets.take(1, 'group', 3);
    await assert.rejects(budgets.take(1, 'group'), { code: 'rate_limited' });
    await budgets.take(2, 'group');
  } finally {
    away.disconnect();
  }
});
