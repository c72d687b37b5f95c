import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '@berth/fixtures';
import { closeCodes } from '@berth/wire';
import { type Guest, useChatFleet } from '../../chat-fleet.fixture.ts';
import { RedisRouteStore } from './redis-route-store.ts';

const fleet = useChatFleet(2);

const routesOf = async (user: number) => (await new RedisRouteStore(fleet.redis.redis).read([user]))[0]!;

/** Two people and their conversation. */
async function pair(nodeOfA = 'node-1', nodeOfB = 'node-2'): Promise<[Guest, Guest, number]> {
  const [a, b] = [await fleet.user(), await fleet.user()];
  const [alice, bob] = [await fleet.logIn(nodeOfA, a), await fleet.logIn(nodeOfB, b)];
  const { conversation } = (await alice.ask('directOpen', { user: b })).conversation;
  return [alice, bob, conversation];
}

for (const second of ['node-1', 'node-2'])
  test(`a second log-in of a device class on ${second} kicks the first`, async () => {
    const user = await fleet.user();
    const first = await fleet.logIn('node-1', user);
    const other = await fleet.logIn('node-1', user, { deviceClass: 'mobile' });
    const latest = await fleet.logIn(second, user);
    assert.equal(await first.closed, closeCodes.kicked.code);
    assert.deepEqual(first.pushes('kicked'), [{ reason: 'other-session', device: 'web' }]);
    assert.ok((await latest.ask('heartbeat', {})).now > 0);
    assert.ok((await other.ask('heartbeat', {})).now > 0);
    const web = await eventually('the route', async () =>
      (await routesOf(user)).find(({ deviceClass }) => deviceClass === 'web'),
    );
    assert.deepEqual([web.node, web.session], [second, latest.session]);
    latest.destroy();
    other.destroy();
  });

for (const second of ['node-1', 'node-2'])
  test(`the same session arriving on ${second} has moved, and its route stands after the old one ended`, async () => {
    const user = await fleet.user();
    const first = await fleet.logIn('node-1', user);
    const moved = await fleet.logIn(second, user, { session: first.session });
    assert.equal(await first.closed, closeCodes.moved.code);
    assert.equal(first.pushes('moved').length, 1);
    assert.deepEqual(
      (await routesOf(user)).map(({ node }) => node),
      [second],
    );
    moved.destroy();
    await eventually('the route is given up', async () => (await routesOf(user)).length === 0);
  });

test('every session of both users gets a message, the sender’s other devices among them', async () => {
  const [alice, bob, conversation] = await pair();
  const phone = await fleet.logIn('node-2', alice.user, { deviceClass: 'mobile' });
  const tablet = await fleet.logIn('node-1', bob.user, { deviceClass: 'tablet' });
  await alice.ask('send', { conversation, cid: 'x', text: 'to all' });
  for (const receiver of [alice, bob, phone, tablet])
    assert.equal((await receiver.next('deliver')).text, 'to all');
});

test('after a flush of Redis routes stand again within 10 s, and a kick works as before', async () => {
  const [alice, bob, conversation] = await pair();
  await fleet.redis.redis.flushall();
  await eventually('both routes', async () =>
    [alice, bob].every(async ({ user }) => (await routesOf(user)).length === 1)
      ? (await routesOf(alice.user)).length === 1 && (await routesOf(bob.user)).length === 1
      : false,
  );
  await bob.ask('send', { conversation, cid: 'x', text: 'still here' });
  assert.equal((await alice.next('deliver')).text, 'still here');
  const latest = await fleet.logIn('node-1', bob.user);
  assert.equal(await bob.closed, closeCodes.kicked.code);
  latest.destroy();
});

test('a message whose routes were lost by a flush is pushed when they stand again', async () => {
  const [alice, bob, conversation] = await pair();
  // Between the flush and the claim nobody is routed to: the tail must be found by its head.
  const [, receipt] = await Promise.all([
    fleet.redis.redis.flushall(),
    alice.ask('send', { conversation, cid: 'x', text: 'into the gap' }),
  ]);
  assert.equal((await bob.next('deliver', ({ seq }) => seq === receipt.seq)).text, 'into the gap');
});

test('revoked sessions are closed at once, by name or by the generation of their account', async () => {
  const user = await fleet.user();
  const named = await fleet.logIn('node-1', user);
  const other = await fleet.logIn('node-2', user, { deviceClass: 'mobile' });
  fleet.status.revoke({ userId: user, sessionIds: [named.session] });
  assert.equal(await named.closed, closeCodes.sessionEnded.code);
  assert.deepEqual(named.pushes('kicked'), [{ reason: 'session-ended' }]);
  assert.ok((await other.ask('heartbeat', {})).now > 0);
  fleet.status.revoke({ userId: user, generation: 2 });
  assert.equal(await other.closed, closeCodes.sessionEnded.code);
});

test('typing reaches the other one and not the one who types', async () => {
  const [alice, bob, conversation] = await pair();
  await alice.ask('typing', { conversation });
  assert.deepEqual(await bob.next('typed'), { conversation, user: alice.user });
  await bob.ask('typing', { conversation });
  await alice.next('typed', ({ user }) => user === bob.user);
  assert.deepEqual(bob.pushes('typed'), []);
});

test('typing in a conversation of others is refused', async () => {
  const [, , conversation] = await pair();
  const stranger = await fleet.logIn('node-1', await fleet.user());
  await assert.rejects(stranger.ask('typing', { conversation }), { code: 'not_member' });
});
