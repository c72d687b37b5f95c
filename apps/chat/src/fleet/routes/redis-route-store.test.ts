import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { eventually, useRedis } from '@berth/fixtures';
import { createRedis } from '@berth/redis';
import { startRedis } from '@berth/stores';
import fc from 'fast-check';
import { type Claim, type ClaimResult, RedisRouteStore, type Route } from './redis-route-store.ts';

const redis = useRedis();
let users = 0;

const route = (session: string, more: Partial<Route> = {}): Route => ({
  deviceClass: 'web',
  node: 'node-1',
  bootEpoch: 1_700_000_000_000_000,
  session,
  epoch: 0,
  ...more,
});

const claim = (session: string, more: Partial<Claim> = {}): Claim => ({
  ...route(session, more),
  activeMs: Date.now(),
  limit: 1,
  ...more,
});

const everyoneLives = () => true;
const sessionsOf = (routes: readonly Route[]) => routes.map(({ session }) => session).sort();

/** Of a claim that must stand. */
function standing(result: ClaimResult): { epoch: number; activeMs: number; gone: Route[] } {
  if (result.epoch === undefined) assert.fail(`refused for ${result.winner.session}`);
  return result;
}

test('a claim is above what stood and above the clock before it, and names who stood there', async () => {
  const store = new RedisRouteStore(redis.redis);
  const user = ++users;
  const [seconds, micros] = await redis.redis.time();
  const first = standing(await store.claim(user, claim('a'), everyoneLives));
  assert.ok(first.epoch >= Number(seconds) * 1e6 + Number(micros));
  assert.deepEqual(first.gone, []);
  const second = standing(await store.claim(user, claim('b', { node: 'node-2' }), everyoneLives));
  assert.ok(second.epoch > first.epoch);
  assert.deepEqual(second.gone, [route('a', { epoch: first.epoch })]);
});

test('a clock that jumped back does not hand out a lower epoch', async () => {
  const store = new RedisRouteStore(redis.redis);
  for (const limit of [1, 5]) {
    const user = ++users;
    const future = Date.now() * 1_000 + 3_600_000_000;
    const first = await store.claim(user, claim('a', { epoch: future, limit }), everyoneLives);
    assert.equal(first.epoch, future);
    assert.equal((await store.claim(user, claim('b', { limit }), everyoneLives)).epoch, future + 1);
  }
});

test('device classes have routes of their own', async () => {
  const store = new RedisRouteStore(redis.redis);
  const user = ++users;
  await store.claim(user, claim('a'), everyoneLives);
  const mobile = claim('b', { deviceClass: 'mobile', node: 'node-2' });
  assert.deepEqual(standing(await store.claim(user, mobile, everyoneLives)).gone, []);
  const [routes] = await store.read([user]);
  assert.deepEqual(routes!.map(({ deviceClass, node, session }) => [deviceClass, node, session]).sort(), [
    ['mobile', 'node-2', 'b'],
    ['web', 'node-1', 'a'],
  ]);
});

test('several sessions of a class live; of one too many the one that was used least lately goes', async () => {
  const store = new RedisRouteStore(redis.redis);
  const user = ++users;
  for (const [at, session] of ['a', 'b', 'c'].entries()) {
    const { gone } = standing(
      await store.claim(user, claim(session, { limit: 3, activeMs: 1_000 + at }), everyoneLives),
    );
    assert.deepEqual(gone, []);
  }
  const used = (await store.read([user]))[0]!.find(({ session }) => session === 'a')!;
  await store.claim(user, claim('a', { limit: 3, epoch: used.epoch, activeMs: 5_000 }), everyoneLives);
  const { gone } = standing(await store.claim(user, claim('d', { limit: 3 }), everyoneLives));
  assert.deepEqual(sessionsOf(gone), ['b']);
  assert.deepEqual(sessionsOf((await store.read([user]))[0]!), ['a', 'c', 'd']);
  const fewer = standing(await store.claim(user, claim('e', { limit: 2 }), everyoneLives));
  assert.deepEqual(sessionsOf(fewer.gone), ['a', 'c']);
});

test('who lives on no node any more goes before all who do', async () => {
  const store = new RedisRouteStore(redis.redis);
  const user = ++users;
  await store.claim(user, claim('idle', { limit: 2, activeMs: 1 }), everyoneLives);
  await store.claim(user, claim('dead', { limit: 2, node: 'node-9', activeMs: 9_000 }), everyoneLives);
  const asked: string[] = [];
  const result = await store.claim(user, claim('new', { limit: 2 }), ({ session, node }) => {
    asked.push(session);
    return node !== 'node-9';
  });
  assert.deepEqual(asked.sort(), ['dead', 'idle']);
  assert.deepEqual(sessionsOf(standing(result).gone), ['dead']);
});

test('a session that comes back from where it stood was not used by that', async () => {
  const store = new RedisRouteStore(redis.redis);
  const user = ++users;
  await store.claim(user, claim('a', { limit: 5, activeMs: 1_000 }), everyoneLives);
  const moved = claim('a', { limit: 5, node: 'node-2', activeMs: 2_000 });
  const { activeMs, gone } = standing(await store.claim(user, moved, everyoneLives));
  assert.equal(activeMs, 1_000);
  assert.deepEqual(
    gone.map(({ node, session }) => [node, session]),
    [['node-1', 'a']],
  );
});

test('routes of a node of the previous version are understood, and it leaves ours alone', async () => {
  const store = new RedisRouteStore(redis.redis);
  const user = ++users;
  const key = `route:{${user}}`;
  await redis.redis.set(key, 'web=node-0|17|old|1700000000000000');
  standing(await store.claim(user, claim('new', { limit: 5 }), everyoneLives));
  assert.deepEqual(sessionsOf((await store.read([user]))[0]!), ['new', 'old']);
  // What its claim keeps: every entry whose text before "=" is not the class.
  const classes = (await redis.redis.get(key))!.split(';').map((entry) => entry.split('=')[0]);
  assert.deepEqual(classes, ['web', 'web~new']);
  const back = standing(await store.claim(user, claim('old', { limit: 5, node: 'node-2' }), everyoneLives));
  assert.deepEqual(back.gone, [
    { deviceClass: 'web', node: 'node-0', bootEpoch: 17, session: 'old', epoch: 1_700_000_000_000_000 },
  ]);
  assert.equal((await store.read([user]))[0]!.length, 2);
});

test('a late release takes nothing from a newer claim', async () => {
  const store = new RedisRouteStore(redis.redis);
  const user = ++users;
  const old = await store.claim(user, claim('same'), everyoneLives);
  const moved = await store.claim(user, claim('same', { node: 'node-2', limit: 5 }), everyoneLives);
  assert.equal(await store.release(user, route('same', { epoch: old.epoch! })), false);
  assert.equal((await store.read([user]))[0]![0]!.node, 'node-2');
  assert.equal(await store.release(user, route('same', { epoch: moved.epoch! })), true);
  assert.deepEqual(await store.read([user]), [[]]);
  assert.equal(await redis.redis.exists(`route:{${user}}`), 0);
});

test('many users are read at once, in the order asked', async () => {
  const store = new RedisRouteStore(redis.redis);
  const [a, b, c] = [++users, ++users, ++users];
  await store.claim(a, claim('a'), everyoneLives);
  await store.claim(c, claim('c'), everyoneLives);
  const read = await store.read([c, b, a]);
  assert.deepEqual(
    read.map((routes) => routes.map(({ session }) => session)),
    [['c'], [], ['a']],
  );
});

test('whatever order sessions claim again in after a flush, the one with the highest epoch stands', async () => {
  const store = new RedisRouteStore(redis.redis);
  await fc.assert(
    fc.asyncProperty(fc.shuffledSubarray([1, 2, 3, 4, 5, 6], { minLength: 1 }), async (epochs) => {
      const user = ++users;
      for (const epoch of epochs) {
        const result = await store.claim(user, claim(`s${epoch}`, { epoch }), everyoneLives);
        const highest = Math.max(0, ...epochs.slice(0, epochs.indexOf(epoch)));
        assert.equal(result.epoch, epoch > highest ? epoch : undefined);
        const other = result.epoch === undefined ? result.winner : result.gone[0];
        assert.equal(other?.epoch, highest === 0 ? undefined : highest);
      }
      const [stands] = await store.read([user]);
      assert.equal(stands![0]!.epoch, Math.max(...epochs));
    }),
    { numRuns: 50 },
  );
});

test('whatever order many sessions claim again in after a flush, those that were used last stand', async () => {
  const store = new RedisRouteStore(redis.redis);
  const sessions = fc.uniqueArray(
    fc.record({ epoch: fc.integer({ min: 1, max: 99 }), activeMs: fc.nat(5) }),
    {
      selector: ({ epoch }) => epoch,
      minLength: 1,
      maxLength: 9,
    },
  );
  await fc.assert(
    fc.asyncProperty(sessions, fc.integer({ min: 2, max: 4 }), async (all, limit) => {
      const user = ++users;
      const out = new Set<string>();
      for (const { epoch, activeMs } of all) {
        const result = await store.claim(user, claim(`s${epoch}`, { epoch, activeMs, limit }), everyoneLives);
        if (result.epoch === undefined) out.add(`s${epoch}`);
        else for (const { session } of result.gone) out.add(session);
      }
      const ranked = [...all].sort((a, b) => b.activeMs - a.activeMs || b.epoch - a.epoch);
      const stand = ranked.slice(0, limit).map(({ epoch }) => `s${epoch}`);
      const left = ranked.slice(limit).map(({ epoch }) => `s${epoch}`);
      assert.deepEqual(sessionsOf((await store.read([user]))[0]!), stand.sort());
      assert.deepEqual([...out].sort(), left.sort());
    }),
    { numRuns: 100 },
  );
});

test('a Redis that was flushed is another one', async () => {
  const store = new RedisRouteStore(redis.redis);
  const first = await store.sentinel('a');
  assert.equal(await store.sentinel('b'), first);
  await redis.redis.flushall();
  assert.equal(await store.sentinel('c'), 'c');
});

test('on a Redis Cluster routes of users in different slots are claimed and read as well', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'berth-cluster-'));
  const server = await startRedis({
    args: ['--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1', '--dir', folder],
  });
  const admin = createRedis(server.url);
  await admin.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
  await eventually('the cluster is up', async () =>
    String(await admin.call('CLUSTER', 'INFO')).includes('cluster_state:ok'),
  );
  const cluster = createRedis(server.url.replace('redis:', 'redis+cluster:'));
  try {
    const store = new RedisRouteStore(cluster);
    const ids = [++users, ++users, ++users];
    for (const user of ids) assert.ok((await store.claim(user, claim(`s${user}`), everyoneLives)).epoch);
    const read = await store.read(ids);
    assert.deepEqual(
      read.map(([only]) => only!.session),
      ids.map((user) => `s${user}`),
    );
    assert.equal(await store.sentinel('x'), 'x');
  } finally {
    cluster.disconnect();
    admin.disconnect();
    await server.kill();
    rmSync(folder, { recursive: true, force: true });
  }
});
