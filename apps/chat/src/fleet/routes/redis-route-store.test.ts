import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { eventually, useRedis } from '@berth/fixtures';
import { createRedis } from '@berth/redis';
import { startRedis } from '@berth/stores';
import fc from 'fast-check';
import { RedisRouteStore, type Route } from './redis-route-store.ts';

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

test('a claim is above what stood and above the clock before it, and names who stood there', async () => {
  const store = new RedisRouteStore(redis.redis);
  const user = ++users;
  const [seconds, micros] = await redis.redis.time();
  const first = await store.claim(user, route('a'));
  assert.ok(first.epoch! >= Number(seconds) * 1e6 + Number(micros));
  assert.equal(first.previous, undefined);
  const second = await store.claim(user, route('b', { node: 'node-2' }));
  assert.ok(second.epoch! > first.epoch!);
  assert.deepEqual(second.previous, route('a', { epoch: first.epoch! }));
});

test('a clock that jumped back does not hand out a lower epoch', async () => {
  const store = new RedisRouteStore(redis.redis);
  const user = ++users;
  const future = Date.now() * 1_000 + 3_600_000_000;
  assert.equal((await store.claim(user, route('a', { epoch: future }))).epoch, future);
  assert.equal((await store.claim(user, route('b'))).epoch, future + 1);
});

test('device classes have routes of their own', async () => {
  const store = new RedisRouteStore(redis.redis);
  const user = ++users;
  await store.claim(user, route('a'));
  const mobile = await store.claim(user, route('b', { deviceClass: 'mobile', node: 'node-2' }));
  assert.equal(mobile.previous, undefined);
  const [routes] = await store.read([user]);
  assert.deepEqual(routes!.map(({ deviceClass, node, session }) => [deviceClass, node, session]).sort(), [
    ['mobile', 'node-2', 'b'],
    ['web', 'node-1', 'a'],
  ]);
});

test('a late release takes nothing from a newer claim', async () => {
  const store = new RedisRouteStore(redis.redis);
  const user = ++users;
  const old = await store.claim(user, route('same'));
  const moved = await store.claim(user, route('same', { node: 'node-2' }));
  assert.equal(await store.release(user, route('same', { epoch: old.epoch! })), false);
  assert.equal((await store.read([user]))[0]![0]!.node, 'node-2');
  assert.equal(await store.release(user, route('same', { epoch: moved.epoch! })), true);
  assert.deepEqual(await store.read([user]), [[]]);
  assert.equal(await redis.redis.exists(`route:{${user}}`), 0);
});

test('many users are read at once, in the order asked', async () => {
  const store = new RedisRouteStore(redis.redis);
  const [a, b, c] = [++users, ++users, ++users];
  await store.claim(a, route('a'));
  await store.claim(c, route('c'));
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
        const { epoch: claimed, previous } = await store.claim(user, route(`s${epoch}`, { epoch }));
        const highest = Math.max(0, ...epochs.slice(0, epochs.indexOf(epoch)));
        assert.equal(claimed, epoch > highest ? epoch : undefined);
        assert.equal(previous?.epoch, highest === 0 ? undefined : highest);
      }
      const [stands] = await store.read([user]);
      assert.equal(stands![0]!.epoch, Math.max(...epochs));
    }),
    { numRuns: 50 },
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
    for (const user of ids) assert.ok((await store.claim(user, route(`s${user}`))).epoch);
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
