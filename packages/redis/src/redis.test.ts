import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { eventually, TcpProxy, useRedis } from '@berth/fixtures';
import { findStores, freePort, ServerProcess, startRedis } from '@berth/stores';
import type { Redis as IoRedis } from 'ioredis';
import { createRedis, redisMillis } from './redis.ts';

const stores = useRedis();

test('the clock is Redis’ own, in milliseconds', async () => {
  const first = await redisMillis(stores.redis);
  assert.ok(Number.isSafeInteger(first) && first > 1_600_000_000_000);
  assert.ok((await redisMillis(stores.redis)) >= first);
});

test('commands of one turn are written at once, and answered in their order', async () => {
  const client = createRedis(stores.url) as IoRedis;
  try {
    await client.set('turn', '1');
    const answers: Promise<unknown>[] = [client.get('turn'), client.incr('turn')];
    await Promise.resolve();
    answers.push(client.get('turn'));
    const { writableCorked, writableLength } = client.stream;
    assert.equal(writableCorked, 1);
    assert.ok(writableLength > 0);
    assert.deepEqual(await Promise.all(answers), ['1', 2, '2']);
    assert.equal(client.stream.writableCorked, 0);
  } finally {
    client.disconnect();
  }
});

test('a database that the server has not got is refused with every command, one that it has is used', async () => {
  const [none, last] = [99, 15].map((db) => createRedis(`${stores.url}/${db}`));
  try {
    for (let count = 0; count < 3; count++) await assert.rejects(none!.set('which', 'none'), /DB index/);
    await last!.set('which', 'fifteen');
    assert.equal(await stores.redis.get('which'), null);
    assert.equal(await last!.get('which'), 'fifteen');
  } finally {
    none!.disconnect();
    last!.disconnect();
  }
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

test('a connection whose other side is gone without a word is given up within seconds', async () => {
  const server = await startRedis();
  const proxy = await new TcpProxy({ host: '127.0.0.1', port: server.port }).start();
  const client = createRedis(`redis://127.0.0.1:${proxy.port}`, { commandTimeoutMs: 200 });
  try {
    await eventually('it is connected', async () => (await client.set('key', 'value')) === 'OK');
    proxy.hold();
    await assert.rejects(client.get('key'), /timed out/);
    proxy.forget();
    await eventually('a new connection answers', async () => (await client.get('key')) === 'value');
  } finally {
    client.disconnect();
    await proxy.close();
    await server.kill();
  }
});

test('with rediss+sentinel:// nobody is spoken to but in TLS', async () => {
  const heard = Promise.withResolvers<Buffer>();
  const sentinel = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', (chunk) => {
      socket.destroy();
      heard.resolve(chunk);
    });
  });
  await new Promise<void>((resolve) => sentinel.listen(0, '127.0.0.1', resolve));
  const { port } = sentinel.address() as AddressInfo;
  const client = createRedis(`rediss+sentinel://:hush@127.0.0.1:${port}/main`);
  try {
    assert.equal((await heard.promise)[0], 0x16, 'the first byte is that of a TLS handshake');
  } finally {
    client.disconnect();
    sentinel.close();
  }
});

test('sentinels that ask for a password are given theirs, and the master its own', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'berth-sentinel-'));
  const master = await startRedis({ args: ['--requirepass', 'of-the-master'] });
  const port = await freePort();
  const file = join(folder, 'sentinel.conf');
  const lines = [
    ...[`port ${port}`, 'bind 127.0.0.1', `dir ${folder}`, 'requirepass of-the-sentinel'],
    ...[`sentinel monitor main 127.0.0.1 ${master.port} 1`, 'sentinel auth-pass main of-the-master'],
  ];
  await writeFile(file, `${lines.join('\n')}\n`);
  const sentinel = new ServerProcess(findStores().redisServer!, [file, '--sentinel']);
  const url = `redis+sentinel://:of-the-master@127.0.0.1:${port}/main?sentinelPassword=of-the-sentinel`;
  const client = createRedis(url);
  try {
    await sentinel.ready(/monitor master main/);
    await eventually('it answers', async () => (await client.set('key', 'value')) === 'OK');
  } finally {
    client.disconnect();
    await Promise.all([sentinel.kill(), master.kill()]);
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
