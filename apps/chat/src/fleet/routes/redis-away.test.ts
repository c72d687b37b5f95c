import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually, TcpProxy } from '@berth/fixtures';
import { startRedis } from '@berth/stores';
import { closeCodes } from '@berth/wire';
import { type Guest, useChatFleet } from '../../chat-fleet.fixture.ts';
import { RedisRouteStore } from './redis-route-store.ts';

const fleet = useChatFleet(2, { DEVICES_PER_CLASS: '1' });

const routesOf = async (user: number) => (await new RedisRouteStore(fleet.redis.redis).read([user]))[0]!;

/** Logs in on that node without hearing that the route was claimed, as it was; from then on its Redis is away. */
async function claimUnheard(proxy: TcpProxy, node: string): Promise<Guest> {
  const user = await fleet.user();
  const struck = proxy.next(`route:{${user}}`, 'answer-lost').then(() => proxy.cut());
  const guest = await fleet.logIn(node, user);
  await struck;
  assert.deepEqual(
    (await routesOf(user)).map(({ node, session }) => [node, session]),
    [[node, guest.session]],
  );
  return guest;
}

test('a claim that was not heard of leaves no route behind, and takes none from the session when it is back', async () => {
  const proxy = await new TcpProxy({ host: '127.0.0.1', port: fleet.redis.server.port }).start();
  const url = new URL(fleet.redis.url);
  url.port = String(proxy.port);
  await fleet.start('node-3', { REDIS_URL: url.href });
  try {
    // With the script known there.
    const first = await fleet.logIn('node-3', await fleet.user());
    const back = await claimUnheard(proxy, 'node-3');
    const [unheard] = await routesOf(back.user);
    back.destroy();
    await back.closed;
    const again = await fleet.logIn('node-3', back.user, { session: back.session });
    proxy.mend();
    await eventually(
      'its route is claimed anew',
      async () => (await routesOf(back.user))[0]!.epoch > unheard!.epoch,
    );
    const gone = await claimUnheard(proxy, 'node-3');
    gone.destroy();
    await gone.closed;
    proxy.mend();
    await eventually('it has given up its route', async () => (await routesOf(gone.user)).length === 0);
    assert.equal((await routesOf(back.user)).length, 1);

    // It ends while the answer is on its way, which is lost then.
    proxy.delayMs = 300;
    const user = await fleet.user();
    const client = await fleet.connect('node-3');
    client.ask('hello', { token: fleet.status.ticket('node-3', user).ticket }).catch(() => {});
    await eventually('it is claimed', async () => (await routesOf(user)).length === 1);
    client.destroy();
    await client.closed;
    proxy.cut();
    proxy.delayMs = 0;
    proxy.mend();
    await eventually('it has given up its route', async () => (await routesOf(user)).length === 0);
    for (const guest of [first, again]) guest.destroy();
  } finally {
    await fleet.stop('node-3');
    await proxy.close();
  }
});

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
