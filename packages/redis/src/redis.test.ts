import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { eventually, TcpProxy, useRedis } from '@berth/fixtures';
import { freePort, startRedis } from '@berth/stores';
import { createRedis, redisMillis } from './redis.ts';

const stores = useRedis();

test('the clock is Redis’ own, in milliseconds', async () => {
  const first = await redisMillis(stores.redis);
  assert.ok(Number.isSafeInteger(first) && first > 1_600_000_000_000);
  assert.ok((await redisMillis(stores.redis)) >= first);
});

test('while no node of a cluster can be reached a command is refused in time, not kept for ever', async () => {
  const port = await freePort();
  const cluster = createRedis(`redis+cluster://127.0.0.1:${port}`, { commandTimeoutMs: 200 });
  try {
    await assert.rejects(cluster.get('key'), /timed out/);
    await assert.rejects(Promise.all([cluster.get('a'), cluster.set('b', '1'), cluster.ping()]), /timed out/);
  } finally {
    cluster.disconnect();
  }
});

test('commands wait for a cluster that comes up', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'berth-redis-'));
  const port = await freePort();
  const cluster = createRedis(`redis+cluster://127.0.0.1:${port}`, { commandTimeoutMs: 20_000 });
  const early = cluster.set('key', 'value');
  const announced = ['--cluster-announce-ip', '127.0.0.1', '--dir', folder];
  const server = await startRedis({ port, args: ['--cluster-enabled', 'yes', ...announced] });
  try {
    const direct = createRedis(server.url);
    await direct.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
    direct.disconnect();
    assert.equal(await early, 'OK');
    assert.equal(await cluster.get('key'), 'value');
  } finally {
    cluster.disconnect();
    await server.kill();
    await rm(folder, { recursive: true, force: true });
  }
});

test('a server that has become a replica is left for the one that its address leads to now', async () => {
  const [former, present] = [await startRedis(), await startRedis()];
  const proxy = await new TcpProxy({ host: '127.0.0.1', port: former.port }).start();
  const client = createRedis(`redis://127.0.0.1:${proxy.port}`);
  const direct = createRedis(former.url);
  try {
    await client.set('key', 'before');
    proxy.redirect({ host: '127.0.0.1', port: present.port });
    await direct.replicaof('127.0.0.1', present.port);
    await assert.rejects(client.eval("return redis.call('SET', 'key', 'refused')", 0), /READONLY/);
    await eventually('writes go to the present one', () => client.set('key', 'after'));
    const other = createRedis(present.url);
    assert.equal(await other.get('key'), 'after');
    other.disconnect();
  } finally {
    for (const connection of [client, direct]) connection.disconnect();
    await proxy.close();
    await Promise.all([former.kill(), present.kill()]);
  }
});
