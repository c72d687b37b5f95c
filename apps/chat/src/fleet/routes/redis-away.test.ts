import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '@berth/fixtures';
import { startRedis } from '@berth/stores';
import { closeCodes } from '@berth/wire';
import { useChatFleet } from '../../chat-fleet.fixture.ts';
import { RedisRouteStore } from './redis-route-store.ts';

const fleet = useChatFleet(2, { DEVICES_PER_CLASS: '1' });

test('without Redis people log in, write across nodes, and are found again when it is back', async () => {
  const [a, b] = [await fleet.user(), await fleet.user()];
  const before = await fleet.logIn('node-1', a);
  await fleet.redis.server.kill();
  const alice = await fleet.logIn('node-1', a, { deviceClass: 'mobile' });
  const bob = await fleet.logIn('node-2', b);
  const { conversation } = (await alice.ask('directOpen', { user: b })).conversation;
  await alice.ask('send', { conversation, cid: 'x', text: 'no routes' });
  for (const receiver of [before, alice, bob])
    assert.equal((await receiver.next('deliver', ({ text }) => text === 'no routes')).seq, 1);
  // Another one of the class comes while nobody can compare epochs: both live for now.
  const twin = await fleet.logIn('node-1', b);
  assert.ok((await bob.ask('heartbeat', {})).now > 0);

  const redis = await startRedis({ port: fleet.redis.server.port });
  try {
    const store = new RedisRouteStore(fleet.redis.redis);
    await eventually('all routes', async () => {
      const [ofA, ofB] = await store.read([a, b]);
      return ofA!.length === 2 && ofB!.length === 1;
    });
    assert.equal(await Promise.race([bob.closed, twin.closed]), closeCodes.kicked.code);
    const left = bob.isClosed ? twin : bob;
    await alice.ask('send', { conversation, cid: 'y', text: 'routes again' });
    assert.equal((await left.next('deliver', ({ text }) => text === 'routes again')).seq, 2);
  } finally {
    await redis.kill();
  }
});
