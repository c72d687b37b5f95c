import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '@berth/fixtures';
import { createRedis } from '@berth/redis';
import {
  closeAll,
  createDevice,
  getsIn,
  lookAgain,
  nodeOf,
  seedPeople,
  settle,
  verdict,
} from '../harness/people.ts';
import { usePlatform } from '../harness/platform.ts';
import { startLoad } from './load.ts';

const platform = usePlatform({ nodes: 2 });

test('MySQL is killed and restarted under load: what was acknowledged is there, and sending goes on', async () => {
  const load = await startLoad(platform, 20, { changes: true });
  await load.more(300);
  await platform.mysql.kill();
  await platform.restartMysql();
  await load.more(300);
  await load.stop();
  await settle(platform, load.devices, load.conversations);
  const all = await lookAgain(platform, load.devices, load.conversations);
  assert.deepEqual(await verdict(platform, all, load.conversations), []);
  await closeAll(all);
});

test('Redis is killed and comes back empty: messages go on meanwhile, routes and placement are rebuilt', async () => {
  const load = await startLoad(platform, 20);
  await load.more(200);
  await platform.redis.kill();
  await load.more(100);
  await platform.restartRedis();
  await load.more(100);
  const [newcomer] = await seedPeople(platform, 1);
  await getsIn(platform, newcomer!);
  await load.stop();
  await settle(platform, load.devices, load.conversations);
  assert.deepEqual(await verdict(platform, load.devices, load.conversations), []);
  await load.close();
});

test('Redis is flushed under load: nothing is lost', async () => {
  const load = await startLoad(platform, 20);
  await load.more(200);
  const redis = createRedis(platform.redis.url);
  await redis.flushall();
  redis.disconnect();
  await load.more(200);
  await load.stop();
  await settle(platform, load.devices, load.conversations);
  assert.deepEqual(await verdict(platform, load.devices, load.conversations), []);
  await load.close();
});

test('status is away for 10 s: who is connected stays and talks, and who comes gets in when it is back', async () => {
  const load = await startLoad(platform, 20);
  await load.more(100);
  const before = load.devices.map(nodeOf);
  await platform.service('status').kill();
  const killedAt = performance.now();
  await eventually('ten seconds have gone by', () => performance.now() - killedAt > 10_000);
  await load.more(100);
  assert.deepEqual(load.devices.map(nodeOf), before);
  const [newcomer] = await seedPeople(platform, 1);
  const { client } = createDevice(platform, newcomer!);
  await assert.rejects(client.logIn(newcomer!), (error: { code: string }) =>
    ['unavailable', 'no_berth'].includes(error.code),
  );
  await platform.service('status').start();
  await getsIn(platform, newcomer!);
  await load.stop();
  await settle(platform, load.devices, load.conversations);
  assert.deepEqual(await verdict(platform, load.devices, load.conversations), []);
  await load.close();
});
