import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pushes } from '@berth/wire';
import { type Guest, useChatFleet } from '../chat-fleet.fixture.ts';

const fleet = useChatFleet(2, {
  FRIEND_REQUESTS_PER_HOUR: '3',
  PROFILES_PER_MINUTE: '4',
  GROUPS_PER_HOUR: '3',
  GROUP_MEMBERS_PER_HOUR: '6',
  MAX_GROUPS_CREATED: '2',
  CHANGES_PER_MINUTE: '6',
});

const guest = async (node = 'node-1'): Promise<Guest> => fleet.logIn(node, await fleet.user());

/** What has been pushed to a guest until now: an answer comes after it. */
async function pushed<N extends keyof Pushes>(to: Guest, frame: N): Promise<Pushes[N][]> {
  await to.ask('heartbeat', {});
  return to.pushes(frame);
}

test('a stranger is asked for friendship once, and not again when it was declined', async () => {
  const [asker, asked] = [await guest(), await guest('node-2')];
  await asker.ask('friendRequest', { user: asked.user });
  await asker.ask('friendRequest', { user: asked.user, note: 'please' });
  await asked.next('friendEvent', ({ event }) => event === 'requested');
  await asked.ask('friendDecline', { user: asker.user });
  await assert.rejects(asker.ask('friendRequest', { user: asked.user }), { code: 'rate_limited' });
  const again = (await pushed(asked, 'friendEvent')).filter(({ event }) => event === 'requested');
  assert.deepEqual(again, []);
  await assert.rejects(asker.ask('friendRequest', { user: await fleet.user() }), { code: 'rate_limited' });
});

test('profiles of strangers cannot be read by rising id', async () => {
  const reader = await guest();
  for (let count = 0; count < 4; count++) await reader.ask('profile', { user: await fleet.user() });
  await assert.rejects(reader.ask('profile', { user: await fleet.user() }), { code: 'rate_limited' });
  assert.equal((await reader.ask('profile', {})).user.id, reader.user, 'one’s own is not counted');
});

test('groups and people put into them are bounded, and who is put is told once', async () => {
  const [owner, near, far] = [await guest(), await guest(), await guest('node-2')];
  const make = (cid: string, members: number[]) => owner.ask('groupCreate', { cid, title: cid, members });
  await make('one', [near.user, far.user]);
  for (const member of [near, far]) {
    await member.next('conversationEvent', ({ event }) => event === 'created');
    assert.deepEqual(await pushed(member, 'conversationEvent'), []);
  }
  const { conversation } = (await make('two', [])).conversation;
  await assert.rejects(make('three', []), { code: 'limit_reached' });
  await assert.rejects(make('four', []), { code: 'rate_limited' });
  await owner.ask('groupInvite', { conversation, users: [near.user, far.user] });
  for (const member of [near, far]) {
    await member.next('conversationEvent', ({ event }) => event === 'joined');
    assert.deepEqual(await pushed(member, 'conversationEvent'), []);
  }
  const many = [await fleet.user(), await fleet.user(), await fleet.user()];
  await assert.rejects(owner.ask('groupInvite', { conversation, users: many }), { code: 'rate_limited' });
});

test('who lets nobody, or friends alone, add them is added by nobody else', async () => {
  const [owner, shy] = [await guest(), await guest('node-2')];
  const { addedBy, addable } = await shy.ask('profile', {});
  assert.deepEqual([addedBy, addable], ['friends', 'everybody'], 'not chosen, where strangers may write');
  await shy.ask('profileUpdate', { addedBy: 'nobody' });
  assert.equal((await shy.ask('profile', {})).addedBy, 'nobody');
  assert.equal((await owner.ask('profile', { user: shy.user })).addedBy, undefined);
  const alone = owner.ask('groupCreate', { cid: 'g', title: 'g', members: [shy.user] });
  await assert.rejects(alone, { code: 'forbidden' });
  await shy.ask('profileUpdate', { addedBy: 'friends' });
  const stranger = owner.ask('groupCreate', { cid: 'g', title: 'g', members: [shy.user] });
  await assert.rejects(stranger, { code: 'not_friends' });
  await shy.ask('profileUpdate', { addedBy: 'everybody' });
  assert.equal((await shy.ask('profile', {})).addable, 'everybody');
  const made = await owner.ask('groupCreate', { cid: 'g', title: 'g', members: [shy.user] });
  assert.equal(made.conversation.memberCount, 2);
});

test('who is blocked learns neither what is read nor who is typing in a common group, nor new profiles', async () => {
  const [ann, bob, eve] = [await guest(), await guest('node-2'), await guest('node-2')];
  await ann.ask('friendRequest', { user: eve.user });
  await eve.ask('friendAccept', { user: ann.user });
  const made = await bob.ask('groupCreate', { cid: 'c', title: 'c', members: [ann.user, eve.user] });
  const { conversation } = made.conversation;
  await ann.ask('block', { user: eve.user });
  await bob.ask('send', { conversation, cid: 'm', text: 'hello' });
  await ann.next('deliver', ({ text }) => text === 'hello');
  await ann.ask('typing', { conversation });
  await bob.next('typed');
  const { seq } = await bob.ask('send', { conversation, cid: 'n', text: 'again' });
  await ann.ask('mark', { conversation, read: seq });
  await bob.next('marked', ({ user }) => user === ann.user);
  await ann.ask('profileUpdate', { nick: 'New nick' });
  await eve.next('deliver', ({ text }) => text === 'again');
  const told = [
    ...(await pushed(eve, 'typed')),
    ...(await pushed(eve, 'marked')).filter(({ user }) => user === ann.user),
    ...(await pushed(eve, 'friendEvent')).filter(({ event }) => event === 'profile'),
  ];
  assert.deepEqual(told, []);
});

test('whatever changes something for others is counted, a block and its lifting, too', async () => {
  const [ann, bob] = [await guest(), await guest('node-2')];
  const { conversation } = (await ann.ask('directOpen', { user: bob.user })).conversation;
  const group = (await ann.ask('groupCreate', { cid: 'g', title: 'g' })).conversation.conversation;
  for (let round = 0; round < 2; round++) {
    await ann.ask('block', { user: bob.user });
    await ann.ask('unblock', { user: bob.user });
  }
  await ann.ask('groupRename', { conversation: group, title: 'h' });
  await ann.ask('profileUpdate', { nick: 'Ann' });
  const refused = { code: 'rate_limited' };
  await assert.rejects(ann.ask('block', { user: bob.user }), refused);
  await assert.rejects(ann.ask('unblock', { user: bob.user }), refused);
  await assert.rejects(ann.ask('friendRemove', { user: bob.user }), refused);
  await assert.rejects(ann.ask('groupRename', { conversation: group, title: 'i' }), refused);
  await assert.rejects(ann.ask('groupLeave', { conversation: group }), refused);
  for (const [name, body] of [
    ['groupRole', { role: 'admin' }],
    ['groupMute', { forMs: 1 }],
    ['groupRemove', {}],
  ] as const) {
    const wish = { conversation: group, user: bob.user, ...body };
    await assert.rejects(ann.ask(name, wish as never), refused);
  }
  // Messages are counted by themselves.
  await ann.ask('send', { conversation, cid: 'm', text: 'still here' });
});

test('where strangers may write, turning to one counts as a request, and opening what is there does not', async () => {
  const [ann, bob] = [await guest(), await guest('node-2')];
  const open = (user: number) => ann.ask('directOpen', { user });
  for (const user of [bob.user, await fleet.user(), await fleet.user()]) await open(user);
  await assert.rejects(open(await fleet.user()), { code: 'rate_limited' });
  await open(bob.user);
  await assert.rejects(ann.ask('friendRequest', { user: bob.user }), { code: 'rate_limited' });
});
