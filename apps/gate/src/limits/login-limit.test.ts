import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually, useRedis } from '@berth/fixtures';
import { Circuit } from '@berth/lifecycle';
import fc from 'fast-check';
import { holdMs, LoginLimit } from './login-limit.ts';
import { RedisTokenBuckets } from './redis-buckets.ts';

const store = useRedis();
const isLimited = { code: 'rate_limited' };

/** A limit of 10 a minute and pair, 50 for all strangers; log-ins are not held back in earnest. */
function createLimit() {
  const holds: number[] = [];
  const circuit = new Circuit('Redis');
  const limit = new LoginLimit({
    redis: store.redis,
    circuit,
    buckets: new RedisTokenBuckets(store.redis, circuit),
    perMinute: 10,
    pause: async (ms) => void holds.push(ms),
  });
  return { limit, holds };
}

/** Guesses at the account from ever new networks until refused. */
async function attack(limit: LoginLimit, email: string): Promise<number> {
  for (let guesses = 0; ; guesses++) {
    try {
      await limit.take(email, `198.51.${Math.floor(guesses / 250)}.${guesses % 250}`);
    } catch (error) {
      assert.equal((error as { code: string }).code, 'rate_limited');
      return guesses;
    }
  }
}

test('one network gets ten tries at an account a minute, and then hears when to come again', async () => {
  const { limit } = createLimit();
  for (let attempt = 1; attempt <= 10; attempt++) await limit.take('a@example.org', '192.0.2.1');
  await assert.rejects(
    limit.take('a@example.org', '192.0.2.1'),
    (error: { code: string; retryAfterMs: number }) => {
      assert.equal(error.code, 'rate_limited');
      assert.ok(error.retryAfterMs > 0 && error.retryAfterMs <= 6_000, String(error.retryAfterMs));
      return true;
    },
  );
  await limit.take('b@example.org', '192.0.2.1');
});

test('who guesses from elsewhere does not take the owner’s tries', async () => {
  const { limit } = createLimit();
  for (let attempt = 1; attempt <= 10; attempt++) await limit.take('c@example.org', '192.0.2.66');
  await assert.rejects(limit.take('c@example.org', '192.0.2.66'), isLimited);
  await limit.take('c@example.org', '192.0.2.1');
});

test('guessing from a thousand places is slowed and stopped, and the owner still gets in where they were before', async () => {
  const { limit, holds } = createLimit();
  await limit.welcome('d@example.org', '192.0.2.1', 'password');
  const guesses = await attack(limit, 'd@example.org');
  // A few tokens come back meanwhile.
  assert.ok(guesses >= 50 && guesses <= 80, String(guesses));
  assert.ok(holds.length > 10 && holds.at(-1)! > 1_900, String(holds.at(-1)));
  const heldBefore = holds.length;
  for (let attempt = 1; attempt <= 10; attempt++) await limit.take('d@example.org', '192.0.2.1');
  assert.equal(holds.length, heldBefore, 'the owner is not held back');
});

test('an owner in a new place during an attack gets in by a code from the mailbox', async () => {
  const { limit } = createLimit();
  for (let attempt = 1; attempt <= 10; attempt++) await limit.take('e@example.org', '203.0.113.9');
  await attack(limit, 'e@example.org');
  await assert.rejects(limit.take('e@example.org', '203.0.113.9'), isLimited);
  await limit.welcome('e@example.org', '203.0.113.9', 'code');
  for (let attempt = 1; attempt <= 10; attempt++) await limit.take('e@example.org', '203.0.113.9');
});

test('an attack on one account does not touch another', async () => {
  const { limit, holds } = createLimit();
  await attack(limit, 'f@example.org');
  const heldBefore = holds.length;
  await limit.take('g@example.org', '192.0.2.1');
  assert.equal(holds.length, heldBefore);
});

test('no more log-ins are held back at a time than allowed', async () => {
  const circuit = new Circuit('Redis');
  const release = Promise.withResolvers<void>();
  let held = 0;
  const limit = new LoginLimit({
    redis: store.redis,
    circuit,
    buckets: new RedisTokenBuckets(store.redis, circuit),
    perMinute: 10,
    maxHeld: 3,
    pause: () => {
      held++;
      return release.promise;
    },
  });
  let settled = 0;
  const takings = Array.from({ length: 49 }, (_, index) =>
    limit.take('h@example.org', `192.0.2.${index}`).finally(() => settled++),
  );
  const results = Promise.allSettled(takings);
  // The first half of the bucket is not held back, then three are, and the next are refused at once.
  await eventually('all but the held are answered', () => settled === 49 - 3);
  assert.equal(held, 3);
  release.resolve();
  const refused = (await results).filter(({ status }) => status === 'rejected').length;
  assert.ok(refused > 0 && refused <= 49 - 24 - 3, String(refused));
});

test('holding back rises from nothing to two seconds as the bucket empties', () => {
  assert.equal(holdMs(50, 50), 0);
  assert.equal(holdMs(25, 50), 0);
  assert.equal(holdMs(0, 50), 2_000);
  fc.assert(
    fc.property(
      fc.double({ min: -1, max: 60, noNaN: true }),
      fc.double({ min: 0, max: 5, noNaN: true }),
      (left, more) => {
        const [hold, less] = [holdMs(left, 50), holdMs(left + more, 50)];
        assert.ok(hold >= less && hold >= 0 && hold <= 2_000);
      },
    ),
  );
});

test('nothing in Redis names an account', async () => {
  const { limit } = createLimit();
  await limit.take('named@example.org', '192.0.2.1');
  for (const key of await store.redis.keys('*')) assert.ok(!key.includes('named'), key);
});
