import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '@berth/fixtures';
import { type Guest, useChatFleet } from '../../chat-fleet.fixture.ts';
import { appendEntries } from '../../log/append-entries.ts';

const fleet = useChatFleet(2);

async function guests(count: number): Promise<Guest[]> {
  const all: Guest[] = [];
  for (let i = 0; i < count; i++) all.push(await fleet.logIn(`node-${1 + (i % 2)}`, await fleet.user()));
  return all;
}

async function group(owner: Guest, members: readonly Guest[]): Promise<number> {
  const users = members.map(({ user }) => user);
  return (await owner.ask('groupCreate', { cid: 'g', title: 'group', members: users })).conversation
    .conversation;
}

// Where there are other nodes a repair may double what is pushed.
test('a message to a group reaches every member’s session on every node', async () => {
  const all = await guests(6);
  const conversation = await group(all[0]!, all.slice(1));
  for (let i = 1; i <= 5; i++)
    await all[i % 6]!.ask('send', { conversation, cid: `c${i}`, text: `message ${i}` });
  for (const guest of all) {
    for (let i = 1; i <= 5; i++) await guest.next('deliver', ({ text }) => text === `message ${i}`);
    assert.ok(guest.pushes('deliver').every(({ seq }) => seq <= 5));
  }
});

test('who is invited gets what is sent from then on, on whatever node, without logging in again', async () => {
  const [owner, near, far] = (await guests(4)).slice(1) as [Guest, Guest, Guest];
  const conversation = await group(owner, []);
  await owner.ask('send', { conversation, cid: 'before', text: 'before' });
  await owner.ask('groupInvite', { conversation, users: [near.user, far.user] });
  await owner.ask('send', { conversation, cid: 'after', text: 'after' });
  for (const guest of [near, far]) {
    assert.equal((await guest.next('deliver')).text, 'after');
    assert.ok(guest.pushes('deliver').every(({ text }) => text === 'after'));
  }
});

test('who is removed gets nothing of what is sent afterwards', async () => {
  const [owner, near, far] = (await guests(3)) as [Guest, Guest, Guest];
  const conversation = await group(owner, [near, far]);
  await owner.ask('send', { conversation, cid: 'one', text: 'one' });
  for (const guest of [near, far]) await guest.next('deliver', ({ text }) => text === 'one');
  await owner.ask('groupRemove', { conversation, user: near.user });
  await owner.ask('groupRemove', { conversation, user: far.user });
  await owner.ask('send', { conversation, cid: 'two', text: 'two' });
  await owner.next('deliver', ({ text }) => text === 'two');
  await owner.ask('groupInvite', { conversation, users: [far.user, near.user] });
  await owner.ask('send', { conversation, cid: 'three', text: 'three' });
  for (const guest of [near, far]) {
    await guest.next('deliver', ({ text }) => text === 'three');
    assert.ok(guest.pushes('deliver').every(({ text }) => text !== 'two'));
  }
});

test('a node that missed every word of a change reads the members before it delivers', async () => {
  const [owner, member, guest] = (await guests(3)) as [Guest, Guest, Guest];
  const conversation = await group(owner, [member]);
  // A change of which no node is told: only the version says so.
  await fleet.mysql.db.transaction(async (tx) => {
    const [entry] = await appendEntries(
      tx,
      conversation,
      [{ kind: 'removed', sender: owner.user, details: { users: [member.user] } }],
      Date.now(),
    );
    await tx.run('UPDATE conversations SET members_version = ? WHERE id = ?', [entry!.seq, conversation]);
    await tx.run('UPDATE members SET left_seq = 0 WHERE conversation_id = ? AND user_id = ?', [
      conversation,
      member.user,
    ]);
    await tx.run('INSERT INTO members (conversation_id, user_id, joined_seq) VALUES (?, ?, 0)', [
      conversation,
      guest.user,
    ]);
  });
  await owner.ask('send', { conversation, cid: 'x', text: 'fenced' });
  await owner.next('deliver', ({ text }) => text === 'fenced');
  await guest.next('deliver', ({ text }) => text === 'fenced');
  await owner.ask('send', { conversation, cid: 'y', text: 'again' });
  await guest.next('deliver', ({ text }) => text === 'again');
  assert.deepEqual(member.pushes('deliver'), []);
});

test('typing in a group reaches the others, wherever they are', async () => {
  const all = await guests(4);
  const conversation = await group(all[0]!, all.slice(1));
  await all[1]!.ask('typing', { conversation });
  for (const guest of [all[0]!, all[2]!, all[3]!])
    assert.deepEqual(await guest.next('typed'), { conversation, user: all[1]!.user });
  await all[1]!.ask('heartbeat', {});
  assert.deepEqual(all[1]!.pushes('typed'), []);
});

test('nobody in a fleet of one more than the broadcast size misses a group’s messages', async () => {
  await fleet.start('node-3', { BROADCAST_NODES: '2' });
  await fleet.start('node-4', { BROADCAST_NODES: '2' });
  const sender = await fleet.logIn('node-3', await fleet.user());
  const receiver = await fleet.logIn('node-4', await fleet.user());
  const conversation = await group(sender, [receiver]);
  await eventually('the interest is known', async () =>
    (await fleet.redis.redis.smembers(`interest:{${conversation}}`)).some((member) =>
      member.startsWith('node-4|'),
    ),
  );
  await sender.ask('send', { conversation, cid: 'x', text: 'by interest' });
  await receiver.next('deliver', ({ text }) => text === 'by interest');
  receiver.destroy();
  await eventually('and no longer, once the last one has left', async () =>
    (await fleet.redis.redis.smembers(`interest:{${conversation}}`)).every(
      (member) => !member.startsWith('node-4|'),
    ),
  );
  await fleet.stop('node-3');
  await fleet.stop('node-4');
});

test('what happens to members is told in its place to clients that know entries, and others are told messages only', async () => {
  const users = [await fleet.user(), await fleet.user(), await fleet.user()] as [number, number, number];
  const owner = await fleet.logIn('node-1', users[0], { entries: true });
  const knows = await fleet.logIn('node-2', users[1], { entries: true });
  const old = await fleet.logIn('node-2', users[2]);
  const conversation = await group(owner, [knows, old]);
  await owner.ask('send', { conversation, cid: 'one', text: 'one' });
  await owner.ask('groupMute', { conversation, user: old.user, forMs: 60_000 });
  await owner.ask('groupRename', { conversation, title: 'Another' });
  await owner.ask('send', { conversation, cid: 'two', text: 'two' });
  const muted = await knows.next('entry', ({ kind }) => kind === 'muted');
  assert.deepEqual([muted.seq, muted.sender, muted.users], [2, owner.user, [old.user]]);
  const titled = await knows.next('entry', ({ kind }) => kind === 'title');
  assert.deepEqual([titled.seq, titled.title], [3, 'Another']);
  await knows.next('deliver', ({ text, seq }) => text === 'two' && seq === 4);
  await old.next('deliver', ({ text, seq }) => text === 'two' && seq === 4);
  assert.deepEqual(old.pushes('entry'), []);
  const read = async (guest: Guest) => {
    const { messages } = await guest.ask('sync', { conversation, after: 0 });
    return messages.map(({ seq, kind }) => [seq, kind]);
  };
  assert.deepEqual(await read(knows), [
    [1, undefined],
    [2, 'muted'],
    [3, 'title'],
    [4, undefined],
  ]);
  assert.deepEqual(await read(old), [
    [1, undefined],
    [4, undefined],
  ]);
  const unread = (await old.ask('conversation', { conversation })).conversation.unread;
  assert.equal(unread, 2);
  await owner.ask('groupRemove', { conversation, user: knows.user });
  const { last, head } = (await knows.ask('conversation', { conversation })).conversation;
  assert.deepEqual([head, last?.kind, last?.users], [5, 'removed', [knows.user]]);
});

test('in a group of more than a hundred nobody is told who is typing', async () => {
  const [owner, member] = (await guests(2)) as [Guest, Guest];
  const more: number[] = [];
  for (let count = 0; count < 99; count++) more.push(await fleet.user());
  const users = [member.user, ...more.slice(1)];
  const made = await owner.ask('groupCreate', { cid: 'crowd', title: 'crowd', members: users });
  const { conversation } = made.conversation;
  await member.ask('typing', { conversation });
  await owner.next('typed');
  const two = [more[0]!, await fleet.user()];
  await owner.ask('groupInvite', { conversation, users: two });
  await owner.ask('typing', { conversation });
  await owner.ask('send', { conversation, cid: 'x', text: 'after it' });
  await member.next('deliver', ({ text }) => text === 'after it');
  assert.deepEqual(member.pushes('typed'), []);
});
