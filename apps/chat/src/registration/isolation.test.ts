import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually, TcpProxy } from '@berth/fixtures';
import { closeCodes } from '@berth/wire';
import { useChatFleet } from '../chat-fleet.fixture.ts';

const fleet = useChatFleet(0);

/** A way to that address which a test can cut. */
async function wayTo(url: string): Promise<{ proxy: TcpProxy; url: string }> {
  const { hostname, port } = new URL(url.includes('://') ? url : `tcp://${url}`);
  const proxy = await new TcpProxy({ host: hostname, port: Number(port) }).start();
  return { proxy, url: url.replace(`${hostname}:${port}`, `127.0.0.1:${proxy.port}`) };
}

test('a node that is cut off from everything sends its sessions elsewhere; one that only lost the stores keeps them', async (t) => {
  await fleet.ready;
  const [mysql, redis, status] = [
    await wayTo(fleet.mysql.url),
    await wayTo(fleet.redis.url),
    await wayTo(fleet.status.address),
  ];
  const peers = await Promise.all([1, 2].map(() => new TcpProxy({ host: '127.0.0.1', port: 1 }).start()));
  const all = [mysql.proxy, redis.proxy, status.proxy, ...peers];
  t.after(() => Promise.all(all.map((proxy) => proxy.close())));
  const [inPort, otherPort] = peers.map(({ port }) => `127.0.0.1:${port}`) as [string, string];
  await fleet.start('node-1', { PEER_ADDRESS: otherPort });
  await fleet.start('node-2', {
    ...{ MYSQL_URL: mysql.url, REDIS_URL: redis.url, STATUS_ADDRESS: status.url },
    PEER_ADDRESS: inPort,
  });
  peers[0]!.redirect({ host: '127.0.0.1', port: fleet.chat('node-2').ports.peer });
  peers[1]!.redirect({ host: '127.0.0.1', port: fleet.chat('node-1').ports.peer });
  const [inside, outside] = [
    await fleet.logIn('node-2', await fleet.user()),
    await fleet.logIn('node-1', await fleet.user()),
  ];
  const { conversation } = (await inside.ask('directOpen', { user: outside.user })).conversation;
  await inside.ask('send', { conversation, cid: 'x', text: 'the peers have met' });
  await outside.next('deliver');

  for (const { proxy } of [mysql, redis, status]) proxy.cut();
  await eventually('it has lost the registry', () => !fleet.chat('node-2').isReady);
  assert.ok((await inside.ask('heartbeat', {})).now > 0);
  assert.equal(inside.isClosed, false);

  for (const peer of peers) peer.cut();
  const { berth, retryAfterMs } = await inside.next('goAway');
  assert.equal(berth, undefined);
  assert.ok(retryAfterMs > 0);
  assert.equal(await inside.closed, closeCodes.goAway.code);
  assert.ok((await outside.ask('heartbeat', {})).now > 0);
  assert.deepEqual(outside.pushes('goAway'), []);

  for (const proxy of all) proxy.mend();
  await eventually('it takes log-ins again', () => fleet.chat('node-2').isReady, 20_000);
  const back = await eventually('someone is let in', () => fleet.logIn('node-2', inside.user), 20_000);
  assert.ok((await back.ask('heartbeat', {})).now > 0);
  back.destroy();
});
