import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRedis } from '@berth/redis';
import { connectDevice, getsIn, seedPeople, settle, verdict } from '../harness/people.ts';
import { usePlatform } from '../harness/platform.ts';
import { startLoad } from './load.ts';

const platform = usePlatform({ nodes: 2, proxied: ['redis'] });

/** While Redis is ill everyone goes on talking; when it is well again so is everything else, and nothing was lost. */
async function talkThrough(illness: { begin(): Promise<void>; end(): Promise<void> }): Promise<void> {
  const load = await startLoad(platform, 10);
  await load.more(100);
  await illness.begin();
  await load.more(300);
  await illness.end();
  const [newcomer] = await seedPeople(platform, 1);
  await getsIn(platform, newcomer!);
  await load.more(100);
  await load.stop();
  await settle(platform, load.devices, load.conversations);
  assert.deepEqual(await verdict(platform, load.devices, load.conversations), []);
  await load.close();
}

test('Redis takes no writes for a while: messages go on, and nothing is lost', async () => {
  const redis = createRedis(platform.redis.url);
  await talkThrough({
    begin: async () => void (await redis.config('SET', 'min-replicas-to-write', '1')),
    end: async () => void (await redis.config('SET', 'min-replicas-to-write', '0')),
  });
  redis.disconnect();
});

test('Redis is slow, and then slower than anybody waits: messages go on, and nothing is lost', () =>
  talkThrough({
    begin: async () => {
      platform.redisProxy.delayMs = 200;
      const [slow] = await seedPeople(platform, 1);
      const device = await connectDevice(platform, slow!);
      await device.client.close();
      platform.redisProxy.delayMs = 2_000;
    },
    end: async () => {
      platform.redisProxy.delayMs = 0;
    },
  }));
