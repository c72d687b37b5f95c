import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '@berth/fixtures';
import { type Guest, useChatFleet } from '../../chat-fleet.fixture.ts';
import { RedisRouteStore } from '../routes/redis-route-store.ts';

const fleet = useChatFleet(2, { PRESENCE_GRACE_SECONDS: '0.3', PRESENCE_DEATH_SECONDS: '3' });

async function befriend(a: Guest, b: Guest): Promise<void> {
  await a.ask('friendRequest', { user: b.user });
  await b.ask('friendAccept', { user: a.user });
}

const change = (guest: Guest, user: number, online: boolean) =>
  guest.next('presence', ({ changes }) => changes.some((one) => one.user === user && one.online === online));

test('friends hear of each other’s coming and going across nodes, strangers do not', async () => {
  const [a, b, c] = [await fleet.user(), await fleet.user(), await fleet.user()];
  const alice = await fleet.logIn('node-1', a);
  const bob = await fleet.logIn('node-2', b);
  const stranger = await fleet.logIn('node-1', c);
  await befriend(alice, bob);
  bob.destroy();
  await change(alice, b, false);
  const again = await fleet.logIn('node-2', b);
  await change(alice, b, true);
  assert.equal((await alice.ask('friends', {})).friends[0]!.online, true);
  assert.deepEqual(stranger.pushes('presence'), []);
  again.destroy();
});

test('a user is told which of their own sessions are connected, on whichever node', async () => {
  const [a, b] = [await fleet.user(), await fleet.user()];
  const alice = await fleet.logIn('node-1', a);
  const stranger = await fleet.logIn('node-2', b);
  const live = async () => (await alice.ask('liveSessions', {})).sessions;
  assert.equal((await live()).length, 1);
  const elsewhere = await fleet.logIn('node-2', a);
  await eventually('both are told', async () => (await live()).length === 2);
  assert.equal((await stranger.ask('liveSessions', {})).sessions.length, 1);
  elsewhere.destroy();
  await eventually('the other one is gone', async () => (await live()).length === 1);
  alice.destroy();
  stranger.destroy();
});

test('one who is blocked sees the other one go and not come back, until the block is lifted', async () => {
  const [a, b, c] = [await fleet.user(), await fleet.user(), await fleet.user()];
  const alice = await fleet.logIn('node-1', a);
  const bob = await fleet.logIn('node-2', b);
  const carol = await fleet.logIn('node-2', c);
  await befriend(alice, bob);
  await befriend(alice, carol);
  const onlineToBob = async () => [
    (await bob.ask('friends', {})).friends[0]!.online,
    (await bob.ask('profile', { user: a })).online,
    (await bob.ask('friendAccept', { user: a })).friend.online,
  ];
  assert.deepEqual(await onlineToBob(), [true, true, true]);
  await alice.ask('block', { user: b });
  await change(bob, a, false);
  // That she came, before they were friends, may have been told late.
  const toldBefore = bob.pushes('presence').length;
  assert.deepEqual(await onlineToBob(), [false, false, false]);
  assert.equal((await alice.ask('friends', {})).friends.find(({ id }) => id === b)!.online, true);
  alice.destroy();
  await change(carol, a, false);
  const again = await fleet.logIn('node-1', a);
  await change(carol, a, true);
  const told = bob
    .pushes('presence')
    .slice(toldBefore)
    .flatMap(({ changes }) => changes);
  assert.deepEqual(
    told.filter(({ user, online }) => user === a && online),
    [],
  );
  await again.ask('unblock', { user: b });
  await change(bob, a, true);
  assert.deepEqual(await onlineToBob(), [true, true, true]);
  for (const guest of [again, bob, carol]) guest.destroy();
});

test('a user who moves to another node, or keeps another device, was never away', async () => {
  const [a, b, c] = [await fleet.user(), await fleet.user(), await fleet.user()];
  const alice = await fleet.logIn('node-1', a);
  const bob = await fleet.logIn('node-2', b);
  const carol = await fleet.logIn('node-2', c);
  await befriend(alice, bob);
  await befriend(alice, carol);
  const moved = await fleet.logIn('node-1', b, { session: bob.session });
  await bob.closed;
  const phone = await fleet.logIn('node-2', b, { deviceClass: 'mobile' });
  moved.destroy();
  // Who leaves later is told later: then the absence of the other one would have been told, too.
  const routes = new RedisRouteStore(fleet.redis.redis);
  await eventually('node-1 has noticed', async () => {
    const [left] = await routes.read([b]);
    return left!.length === 1 && left![0]!.deviceClass === 'mobile';
  });
  carol.destroy();
  await change(alice, c, false);
  const told = alice.pushes('presence').flatMap(({ changes }) => changes);
  assert.deepEqual(
    told.filter(({ user, online }) => user === b && !online),
    [],
  );
  const friends = (await alice.ask('friends', {})).friends;
  assert.deepEqual(
    friends.map(({ id, online }) => [id, online]).sort(),
    [
      [b, true],
      [c, false],
    ].sort(),
  );
  phone.destroy();
});

test('a session that moves to another node is news to nobody', async () => {
  const [a, b, c] = [await fleet.user(), await fleet.user(), await fleet.user()];
  const alice = await fleet.logIn('node-1', a);
  const bob = await fleet.logIn('node-2', b);
  const carol = await fleet.logIn('node-1', c);
  await befriend(alice, bob);
  await befriend(alice, carol);
  // Once their absence was told, nothing of their coming is left to be told.
  for (const friend of [bob, carol]) {
    friend.destroy();
    await change(alice, friend.user, false);
  }
  const again = await fleet.logIn('node-2', b);
  await change(alice, b, true);
  const moved = await fleet.logIn('node-1', b, { session: again.session });
  await again.closed;
  // Who comes there after that is told with, or after, whoever came before.
  const last = await fleet.logIn('node-1', c);
  const seen = await change(alice, c, true);
  const told = [...alice.pushes('presence'), seen].flatMap(({ changes }) => changes);
  assert.deepEqual(
    told.filter(({ user }) => user === b),
    [],
  );
  for (const guest of [moved, last, alice]) guest.destroy();
});

test('the users of a node that died are told offline, but for those who came back elsewhere', async () => {
  await fleet.start('node-3');
  const alice = await fleet.logIn('node-1', await fleet.user());
  const [lost, back] = [
    await fleet.logIn('node-3', await fleet.user()),
    await fleet.logIn('node-3', await fleet.user()),
  ];
  await befriend(alice, lost);
  await befriend(alice, back);
  fleet.status.expire('node-3');
  const again = await fleet.logIn('node-2', back.user, { session: back.session });
  await change(alice, lost.user, false);
  const told = alice.pushes('presence').flatMap(({ changes }) => changes);
  assert.ok(!told.some(({ user, online }) => user === back.user && !online));
  again.destroy();
  await fleet.stop('node-3');
});

test('a watcher hears at most once a second, of everyone who changed', async () => {
  const alice = await fleet.logIn('node-1', await fleet.user());
  const friends: Guest[] = [];
  for (let i = 0; i < 12; i++) {
    const friend = await fleet.logIn(`node-${1 + (i % 2)}`, await fleet.user());
    await befriend(alice, friend);
    friends.push(friend);
  }
  const begun = performance.now();
  for (const friend of friends) friend.destroy();
  const gone = new Set<number>();
  let frames = 0;
  while (gone.size < friends.length) {
    const { changes } = await alice.next('presence');
    // That they came was told before, as slowly as they did.
    if (changes.some(({ online }) => !online)) frames++;
    for (const { user, online } of changes) if (!online) gone.add(user);
  }
  const seconds = (performance.now() - begun) / 1_000;
  assert.ok(frames <= seconds + 2, `${frames} frames in ${seconds} s for ${friends.length} changes`);
});
