import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { eventually, useRedis } from '@berth/fixtures';
import { Circuit } from '@berth/lifecycle';
import { createLog } from '@berth/telemetry';
import { createSessionKey, type SessionClaims, SessionKeys } from '@berth/tokens';
import { MemoryTokenBuckets } from '../limits/memory-buckets.ts';
import { TaskQueue } from '../limits/task-queue.ts';
import { RedisSessionCache } from './session-cache.ts';
import { SessionCheck } from './session-check.ts';
import type { MysqlSessionStore, SessionState } from './session-store.ts';

const store = useRedis();
const keys = new SessionKeys(JSON.stringify({ keys: [createSessionKey()] }));
const log = createLog('gate', 'fatal');
const claims = { deviceClass: 'web', generation: 1, expiresAt: Date.now() + 60_000 };
const sessionId = (number: number): string => number.toString(16).padStart(32, '0');

/** A check whose MySQL answers when `answer` resolves, and counts how often it was asked. */
function createCheck(answer: Promise<SessionState | undefined>, { queue = 1_000 } = {}) {
  let asked = 0;
  let touched = 0;
  const counting = {
    touch: async () => {
      touched++;
    },
    state: () => {
      asked++;
      return answer;
    },
  };
  const check = new SessionCheck({
    keys,
    cache: new RedisSessionCache(store.redis, new Circuit('Redis')),
    store: counting as unknown as MysqlSessionStore,
    localBuckets: new MemoryTokenBuckets(),
    lookUps: new TaskQueue({ concurrency: 1, queue }),
    log,
  });
  return { check, asked: () => asked, touched: () => touched };
}

const bucketsOf = ({ user }: SessionClaims) => [
  { key: `gate:{user:${user}}:requests:session`, burst: 100, perMinute: 100 },
  { key: `gate:{user:${user}}:requests`, burst: 100, perMinute: 100 },
];

async function ask(check: SessionCheck, session: SessionClaims): Promise<void> {
  await check.confirm(session, await check.admit(session, bucketsOf(session)));
}

/** Resolves when all who asked before have missed the cache: once a later one of their kind has, and a turn after. */
async function allMissed(check: SessionCheck): Promise<void> {
  // A script that Redis does not know yet is sent twice, so that a shorter question would overtake them.
  const other = { ...claims, user: 9, session: sessionId(9) };
  await check.admit(other, bucketsOf(other));
  await turn();
}

test('many who ask for one session at once make one look-up', async () => {
  const answer = Promise.withResolvers<SessionState>();
  const { check, asked } = createCheck(answer.promise);
  const token = keys.sign({ ...claims, user: 1, session: sessionId(1) });
  const checks = Array.from({ length: 50 }, () => ask(check, check.claimsOf(token)));
  await allMissed(check);
  answer.resolve({ generation: 1, isLive: true });
  assert.equal((await Promise.all(checks)).length, 50);
  assert.equal(asked(), 1);
});

test('look-ups are bounded: beyond the queue the answer is unavailable', async () => {
  const answer = Promise.withResolvers<SessionState>();
  const { check } = createCheck(answer.promise, { queue: 3 });
  const checks = Array.from({ length: 10 }, (_, index) =>
    ask(check, { ...claims, user: 2, session: sessionId(index) }),
  );
  const results = Promise.allSettled(checks);
  await assert.rejects(Promise.all(checks), { code: 'unavailable' });
  await allMissed(check);
  answer.resolve({ generation: 1, isLive: true });
  assert.equal((await results).filter(({ status }) => status === 'fulfilled').length, 4);
});

test('generations only rise and ended sessions stay ended, in whatever order they are learnt', async () => {
  const cache = new RedisSessionCache(store.redis, new Circuit('Redis'));
  const session = sessionId(3);
  await cache.learn(3, session, { generation: 1, isLive: true });
  assert.deepEqual(await cache.read(3, session), { generation: 1, isLive: true });
  await cache.raiseGeneration(3, 2);
  await cache.end(3, session);
  await cache.learn(3, session, { generation: 1, isLive: true });
  assert.deepEqual(await cache.read(3, session), { generation: 2, isLive: false });
});

test('of many who use a session at once one notes it', async () => {
  const { check, touched } = createCheck(Promise.resolve({ generation: 1, isLive: true }));
  const session = { ...claims, user: 4, session: sessionId(4) };
  await Promise.all(Array.from({ length: 20 }, () => ask(check, session)));
  assert.equal(touched(), 1);
});

test('a session that ends between its admission and the end of a slow body is refused', async () => {
  const { check } = createCheck(Promise.resolve({ generation: 1, isLive: true }));
  const session = { ...claims, user: 5, session: sessionId(5) };
  await ask(check, session);
  await eventually('it is cached', async () => (await check.admit(session, bucketsOf(session))).state);
  const admission = await check.admit(session, bucketsOf(session));
  await new RedisSessionCache(store.redis, new Circuit('Redis')).end(5, session.session);
  await assert.rejects(check.confirm(session, { ...admission, at: performance.now() - 1_000 }), {
    code: 'session_ended',
  });
});

test('a request is counted and its session looked up by one call to Redis', async () => {
  const { check } = createCheck(Promise.resolve({ generation: 1, isLive: true }));
  const session = { ...claims, user: 6, session: sessionId(6) };
  await ask(check, session);
  await eventually('it is cached', async () => (await check.admit(session, bucketsOf(session))).state);
  const calls = async () => {
    const stats = await store.redis.info('commandstats');
    // What a script calls is counted, too, but no client waits for it.
    return Number(/cmdstat_evalsha:calls=(\d+)/.exec(stats)?.[1] ?? 0);
  };
  const before = await calls();
  await ask(check, session);
  assert.equal((await calls()) - before, 1);
});
