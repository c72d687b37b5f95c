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

/** Logs in so many times with one device class, by turns on both nodes. */
async function devices(user: number, count: number, from = 0): Promise<Guest[]> {
  const all: Guest[] = [];
  for (let i = from; i < from + count; i++) all.push(await fleet.logIn(`node-${1 + (i % 2)}`, user));
  return all;
}

test('five sessions of a device class live; a sixth ends the one used least lately, and says why', async () => {
  const [user, peer] = [await fleet.user(), await fleet.user()];
  const all = await devices(user, 5);
  const { conversation } = (await all[0]!.ask('directOpen', { user: peer })).conversation;
  // The first is in use: the second is the oldest idle one.
  await all[0]!.ask('send', { conversation, cid: 'x', text: 'in use' });
  for (const device of all) assert.equal((await device.next('deliver')).text, 'in use');
  const sixth = await fleet.logIn('node-1', user);
  assert.equal(await all[1]!.closed, closeCodes.kicked.code);
  assert.deepEqual(all[1]!.pushes('kicked'), [{ reason: 'other-session', device: 'web', limit: 5 }]);
  const left = [all[0]!, ...all.slice(2), sixth];
  await sixth.ask('send', { conversation, cid: 'y', text: 'to the rest' });
  for (const device of left) {
    assert.equal((await device.next('deliver', ({ text }) => text === 'to the rest')).seq, 2);
    assert.ok(device.pushes('deliver').every(({ seq }) => seq <= 2));
  }
  assert.equal((await routesOf(user)).length, 5);
  for (const device of left) device.destroy();
});

test('what a device asks for by itself is no use of it', async () => {
  const user = await fleet.user();
  const all = await devices(user, 5);
  await all[0]!.ask('drafts', {});
  const sixth = await fleet.logIn('node-1', user);
  assert.equal(await all[0]!.closed, closeCodes.kicked.code);
  for (const device of [...all, sixth]) device.destroy();
});

test('a read mark of one device is told to all others of its user, and not to itself', async () => {
  const [alice, bob, conversation] = await pair();
  const others = await devices(alice.user, 3);
  await bob.ask('send', { conversation, cid: 'x', text: 'to be read' });
  await alice.ask('mark', { conversation, read: 1 });
  for (const device of [...others, bob])
    assert.deepEqual(await device.next('marked', ({ read }) => read === 1), {
      conversation,
      user: alice.user,
      read: 1,
      received: 1,
    });
  await alice.ask('heartbeat', {});
  assert.deepEqual(alice.pushes('marked'), []);
  for (const device of [alice, bob, ...others]) device.destroy();
});

test('a session that windows share is told what it does itself, others what the rest do', async () => {
  const [user, peer] = [await fleet.user(), await fleet.user()];
  const shared = await fleet.logIn('node-1', user, { own: true });
  const alone = await fleet.logIn('node-1', user);
  const elsewhere = await fleet.logIn('node-2', user);
  const { conversation } = (await shared.ask('directOpen', { user: peer })).conversation;
  await shared.ask('preferences', { conversation, pinned: true });
  await alone.ask('preferences', { conversation, silenced: true });
  await elsewhere.ask('profileUpdate', { nick: 'anew' });
  for (const device of [shared, elsewhere])
    for (let change = 1; change <= 2; change++)
      assert.deepEqual(await device.next('listed'), { conversation });
  assert.deepEqual(await alone.next('listed'), { conversation });
  for (const device of [shared, alone])
    await device.next('friendEvent', (event) => event.event === 'profile' && event.user.nick === 'anew');
  await Promise.all([shared, alone, elsewhere].map((device) => device.ask('heartbeat', {})));
  for (const device of [shared, alone, elsewhere])
    assert.deepEqual([device.pushes('listed'), device.pushes('friendEvent')], [[], []]);

  const group = await shared.ask('groupCreate', { cid: 'shared', title: 'Crew', members: [] });
  await shared.ask('groupRename', { conversation: group.conversation.conversation, title: 'Watch' });
  for (const device of [shared, alone, elsewhere])
    assert.equal((await device.next('conversationEvent', ({ event }) => event === 'renamed')).by, user);
  for (const device of [shared, alone, elsewhere]) device.destroy();
});

test('after a flush of Redis all sessions of a class stand again, and the oldest idle one is the same', async () => {
  const [user, peer] = [await fleet.user(), await fleet.user()];
  const all = await devices(user, 5);
  const { conversation } = (await all[0]!.ask('directOpen', { user: peer })).conversation;
  await all[0]!.ask('typing', { conversation });
  await fleet.redis.redis.flushall();
  await eventually('all routes', async () => (await routesOf(user)).length === 5);
  for (const device of all) assert.ok((await device.ask('heartbeat', {})).now > 0);
  const sixth = await fleet.logIn('node-2', user);
  assert.equal(await all[1]!.closed, closeCodes.kicked.code);
  for (const device of [...all, sixth]) device.destroy();
  await eventually('the routes are given up', async () => (await routesOf(user)).length === 0);
});

test('routes that a killed node left behind cost nobody alive their place', async () => {
  const user = await fleet.user();
  const store = new RedisRouteStore(fleet.redis.redis);
  const dead = { deviceClass: 'web', node: 'node-9', bootEpoch: 9, epoch: 0, limit: 5 };
  const [idle] = await devices(user, 1);
  for (const session of ['a', 'b', 'c', 'd'])
    await store.claim(user, { ...dead, session, activeMs: Date.now() + 60_000 }, () => true);
  const latest = await fleet.logIn('node-2', user);
  assert.ok((await idle!.ask('heartbeat', {})).now > 0);
  assert.equal((await routesOf(user)).filter(({ node }) => node === 'node-9').length, 3);
  for (const device of [idle!, latest]) device.destroy();
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

test('after a flush of Redis routes stand again within 10 s, and a move works as before', async () => {
  const [alice, bob, conversation] = await pair();
  await fleet.redis.redis.flushall();
  await eventually('both routes', async () =>
    [alice, bob].every(async ({ user }) => (await routesOf(user)).length === 1)
      ? (await routesOf(alice.user)).length === 1 && (await routesOf(bob.user)).length === 1
      : false,
  );
  await bob.ask('send', { conversation, cid: 'x', text: 'still here' });
  assert.equal((await alice.next('deliver')).text, 'still here');
  const latest = await fleet.logIn('node-1', bob.user, { session: bob.session });
  assert.equal(await bob.closed, closeCodes.moved.code);
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
