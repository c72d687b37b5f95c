import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { useMysql } from '@berth/fixtures';
import type { Profile } from '@berth/wire';
import { block } from '../handlers/block.ts';
import { blocks } from '../handlers/blocks.ts';
import { conversation as summary } from '../handlers/conversation.ts';
import { directOpen } from '../handlers/direct-open.ts';
import { friendAccept } from '../handlers/friend-accept.ts';
import { friendAlias } from '../handlers/friend-alias.ts';
import { friendDecline } from '../handlers/friend-decline.ts';
import { friendRemove } from '../handlers/friend-remove.ts';
import { friendRequest } from '../handlers/friend-request.ts';
import { friendRequests } from '../handlers/friend-requests.ts';
import { friends } from '../handlers/friends.ts';
import { profile } from '../handlers/profile.ts';
import { profileUpdate } from '../handlers/profile-update.ts';
import { searchUser } from '../handlers/search-user.ts';
import { send } from '../handlers/send.ts';
import { unblock } from '../handlers/unblock.ts';
import { createPeople, createStoredNode, type StoredNode } from '../stores.fixture.ts';

const mysql = useMysql();
const nodes: StoredNode[] = [];
const nodeAt = (index: number): StoredNode => (nodes[index] ??= createStoredNode(mysql.url));

after(async () => {
  for (const node of nodes) await node.close();
});

async function befriend(one: Profile, other: Profile): Promise<number> {
  await nodeAt(0).ask(friendRequest, 'friendRequest', one, { user: other.id });
  const { friend } = await nodeAt(0).ask(friendAccept, 'friendAccept', other, { user: one.id });
  return friend.conversation;
}

const say = (node: StoredNode, who: Profile, conversation: number, cid: string) =>
  node.ask(send, 'send', who, { conversation, cid, text: 'hello' });

const pushedTo = (node: StoredNode, user: Profile) =>
  node.publisher.pushed.filter(({ users }) => users?.includes(user.id)).map(({ body }) => body);

test('a request is seen by both, accepted once, and makes a conversation of two friends', async () => {
  const [ann, bob] = (await createPeople(mysql.db, 2)) as [Profile, Profile];
  const node = nodeAt(0);
  const asked = { user: bob.id, note: 'from school', alias: 'Bobby' };
  assert.deepEqual(await node.ask(friendRequest, 'friendRequest', ann, asked), { state: 'pending' });
  const incoming = await node.ask(friendRequests, 'friendRequests', bob, {});
  assert.deepEqual(
    incoming.requests.map(({ id, note, direction, state }) => ({ id, note, direction, state })),
    [{ id: ann.id, note: 'from school', direction: 'incoming', state: 'pending' }],
  );
  assert.equal((pushedTo(node, bob)[0] as { event: string }).event, 'requested');

  const accepted = await node.ask(friendAccept, 'friendAccept', bob, { user: ann.id, alias: 'Annie' });
  const again = await node.ask(friendAccept, 'friendAccept', bob, { user: ann.id, alias: 'other' });
  assert.deepEqual(again, accepted);
  assert.equal(accepted.friend.alias, 'Annie');
  const seenByAnn = pushedTo(node, ann).at(-1) as { event: string; friend: { id: number; alias: string } };
  assert.deepEqual(
    [seenByAnn.event, seenByAnn.friend.id, seenByAnn.friend.alias],
    ['accepted', bob.id, 'Bobby'],
  );

  for (const [who, other] of [
    [ann, bob],
    [bob, ann],
  ] as const) {
    const list = await node.ask(friends, 'friends', who, {});
    assert.deepEqual(
      list.friends.map(({ id, conversation, online }) => ({ id, conversation, online })),
      [{ id: other.id, conversation: accepted.friend.conversation, online: true }],
    );
  }
  assert.deepEqual(
    [
      await say(node, ann, accepted.friend.conversation, 'a'),
      await say(node, bob, accepted.friend.conversation, 'b'),
    ].map(({ seq }) => seq),
    [1, 2],
  );
  await assert.rejects(node.ask(friendRequest, 'friendRequest', ann, asked), { code: 'already_exists' });
});

test('two who ask each other at the same time are friends at once', async () => {
  for (let round = 0; round < 5; round++) {
    const [ann, bob] = (await createPeople(mysql.db, 2)) as [Profile, Profile];
    const answers = await Promise.all([
      nodeAt(0).ask(friendRequest, 'friendRequest', ann, { user: bob.id, alias: 'B' }),
      nodeAt(1).ask(friendRequest, 'friendRequest', bob, { user: ann.id, alias: 'A' }),
    ]);
    assert.ok(answers.some(({ state }) => state === 'accepted'));
    const list = await nodeAt(0).ask(friends, 'friends', ann, {});
    assert.deepEqual(
      list.friends.map(({ id, alias }) => [id, alias]),
      [[bob.id, 'B']],
    );
    const requests = await nodeAt(0).ask(friendRequests, 'friendRequests', bob, {});
    assert.ok(requests.requests.every(({ state }) => state === 'accepted'));
  }
});

test('a declined request makes nobody friends, and only the one who declined may ask soon', async () => {
  const [ann, bob] = (await createPeople(mysql.db, 2)) as [Profile, Profile];
  const node = nodeAt(0);
  await node.ask(friendRequest, 'friendRequest', ann, { user: bob.id });
  await node.ask(friendDecline, 'friendDecline', bob, { user: ann.id });
  await assert.rejects(node.ask(friendAccept, 'friendAccept', bob, { user: ann.id }), { code: 'not_found' });
  assert.deepEqual(pushedTo(node, ann).at(-1), { event: 'declined', user: bob.id });
  const soon = node.ask(friendRequest, 'friendRequest', ann, { user: bob.id });
  await assert.rejects(soon, { code: 'rate_limited' });
  assert.equal((await befriend(bob, ann)) > 0, true);
});

test('who is no longer a friend cannot write, on any node, and may read', async () => {
  const [ann, bob] = (await createPeople(mysql.db, 2)) as [Profile, Profile];
  const conversation = await befriend(ann, bob);
  await say(nodeAt(1), bob, conversation, 'before');
  await nodeAt(0).ask(friendRemove, 'friendRemove', ann, { user: bob.id });
  await assert.rejects(say(nodeAt(1), bob, conversation, 'after'), { code: 'not_friends' });
  await assert.rejects(say(nodeAt(0), ann, conversation, 'after'), { code: 'not_friends' });
  const opened = await nodeAt(0).ask(directOpen, 'directOpen', bob, { user: ann.id });
  assert.deepEqual([opened.conversation.conversation, opened.conversation.head], [conversation, 2]);
  assert.deepEqual((await nodeAt(0).ask(friends, 'friends', bob, {})).friends, []);
  assert.equal(await befriend(bob, ann), conversation);
  assert.equal((await say(nodeAt(1), bob, conversation, 'friends again')).seq, 4);
});

test('strangers have no conversation unless the operator lets them', async () => {
  const [ann, bob] = (await createPeople(mysql.db, 2)) as [Profile, Profile];
  await assert.rejects(nodeAt(0).ask(directOpen, 'directOpen', ann, { user: bob.id }), {
    code: 'not_friends',
  });
  await assert.rejects(nodeAt(0).ask(directOpen, 'directOpen', ann, { user: ann.id }), {
    code: 'bad_request',
  });
  await assert.rejects(nodeAt(0).ask(directOpen, 'directOpen', ann, { user: 0x7fff_ffff }), {
    code: 'not_found',
  });
  const open = createStoredNode(mysql.url, { strangersMayWrite: true });
  const [one, other] = await Promise.all([
    open.ask(directOpen, 'directOpen', ann, { user: bob.id }),
    open.ask(directOpen, 'directOpen', bob, { user: ann.id }),
  ]);
  assert.equal(one.conversation.conversation, other.conversation.conversation);
  assert.equal(one.conversation.peer?.id, bob.id);
  assert.equal((await say(open, ann, one.conversation.conversation, 'hi')).seq, 1);
  await open.close();
});

test('a block silences both, on any node, until it is lifted', async () => {
  const [ann, bob] = (await createPeople(mysql.db, 2)) as [Profile, Profile];
  const conversation = await befriend(ann, bob);
  await say(nodeAt(0), ann, conversation, '1');
  await say(nodeAt(1), bob, conversation, '2');
  await nodeAt(0).ask(block, 'block', bob, { user: ann.id });
  await nodeAt(0).ask(block, 'block', bob, { user: ann.id });
  for (const node of [nodeAt(0), nodeAt(1)]) {
    await assert.rejects(say(node, ann, conversation, '3'), { code: 'blocked' });
    await assert.rejects(say(node, bob, conversation, '4'), { code: 'blocked' });
  }
  const listed = await nodeAt(0).ask(blocks, 'blocks', bob, {});
  assert.deepEqual(
    listed.users.map(({ id }) => id),
    [ann.id],
  );
  assert.equal((await nodeAt(0).ask(profile, 'profile', bob, { user: ann.id })).blocked, true);
  await nodeAt(0).ask(unblock, 'unblock', bob, { user: ann.id });
  assert.equal((await say(nodeAt(1), ann, conversation, '5')).seq, 5);
});

test('a list says why one may not write, and of the other’s block nothing', async () => {
  const [ann, bob] = (await createPeople(mysql.db, 2)) as [Profile, Profile];
  const conversation = await befriend(ann, bob);
  const refusalOf = async (who: Profile) =>
    (await nodeAt(1).ask(summary, 'conversation', who, { conversation })).conversation.refusal;
  const listed = () => nodeAt(0).publisher.pushed.filter(({ frame }) => frame === 'listed');
  assert.deepEqual([await refusalOf(ann), await refusalOf(bob)], [undefined, undefined]);
  await nodeAt(0).ask(block, 'block', bob, { user: ann.id });
  assert.deepEqual([await refusalOf(ann), await refusalOf(bob)], [undefined, 'blocked']);
  assert.deepEqual(listed().at(-1)!.users, [bob.id], 'his other devices, and nobody else');
  await nodeAt(0).ask(unblock, 'unblock', bob, { user: ann.id });
  assert.equal(await refusalOf(bob), undefined);
  await nodeAt(0).ask(friendRemove, 'friendRemove', bob, { user: ann.id });
  assert.deepEqual([await refusalOf(ann), await refusalOf(bob)], ['not_friends', 'not_friends']);
  assert.deepEqual(listed().at(-1)!.users, [bob.id, ann.id]);
  const open = createStoredNode(mysql.url, { strangersMayWrite: true });
  const answer = await open.ask(summary, 'conversation', ann, { conversation });
  assert.equal(answer.conversation.refusal, undefined);
  await open.close();
});

test('one who is blocked can neither ask nor open a conversation', async () => {
  const [ann, bob] = (await createPeople(mysql.db, 2)) as [Profile, Profile];
  const node = nodeAt(0);
  await node.ask(block, 'block', bob, { user: ann.id });
  await assert.rejects(node.ask(friendRequest, 'friendRequest', ann, { user: bob.id }), { code: 'blocked' });
  await assert.rejects(node.ask(directOpen, 'directOpen', ann, { user: bob.id }), { code: 'blocked' });
});

test('a block made while the conversation is being made holds', async () => {
  const open = createStoredNode(mysql.url, { strangersMayWrite: true });
  for (let round = 0; round < 10; round++) {
    const [ann, bob] = (await createPeople(mysql.db, 2)) as [Profile, Profile];
    const [opened] = await Promise.allSettled([
      open.ask(directOpen, 'directOpen', ann, { user: bob.id }),
      open.ask(block, 'block', bob, { user: ann.id }),
    ]);
    if (opened.status === 'rejected') assert.equal(opened.reason.code, 'blocked');
    else {
      const { conversation } = opened.value.conversation;
      await assert.rejects(say(open, ann, conversation, 'slipped in'), { code: 'blocked' });
    }
  }
  await open.close();
});

test("an alias is one's own and only for friends", async () => {
  const [ann, bob, eve] = (await createPeople(mysql.db, 3)) as [Profile, Profile, Profile];
  await befriend(ann, bob);
  const node = nodeAt(0);
  await node.ask(friendAlias, 'friendAlias', ann, { user: bob.id, alias: 'Rob' });
  await node.ask(friendAlias, 'friendAlias', ann, { user: bob.id, alias: 'Rob' });
  assert.equal((await node.ask(profile, 'profile', ann, { user: bob.id })).alias, 'Rob');
  assert.equal((await node.ask(profile, 'profile', bob, { user: ann.id })).alias, '');
  await assert.rejects(node.ask(friendAlias, 'friendAlias', ann, { user: eve.id, alias: 'Eve' }), {
    code: 'not_friends',
  });
});

test('a changed profile reaches friends; presence is told to friends only', async () => {
  const [ann, bob, eve] = (await createPeople(mysql.db, 3)) as [Profile, Profile, Profile];
  await befriend(ann, bob);
  const node = nodeAt(0);
  const { user } = await node.ask(profileUpdate, 'profileUpdate', ann, { nick: 'Ann the 1st', sex: 1 });
  assert.deepEqual(user, { ...ann, nick: 'Ann the 1st', sex: 1 });
  assert.deepEqual(pushedTo(node, bob).at(-1), { event: 'profile', user });
  assert.equal(pushedTo(node, eve).length, 0);
  assert.equal((await node.ask(profile, 'profile', bob, { user: ann.id })).online, true);
  assert.equal((await node.ask(profile, 'profile', eve, { user: ann.id })).online, false);
  assert.deepEqual((await node.ask(profile, 'profile', ann, {})).user, user);
});

test('people are found by id and by the beginning of their name, without their address', async () => {
  const [ann] = (await createPeople(mysql.db, 2)) as [Profile];
  const node = nodeAt(0);
  assert.deepEqual((await node.ask(searchUser, 'searchUser', ann, { query: String(ann.id) })).users[0], ann);
  const found = await node.ask(searchUser, 'searchUser', ann, { query: ann.name.slice(0, 9).toUpperCase() });
  assert.deepEqual(found.users, [ann]);
  assert.deepEqual(
    (await node.ask(searchUser, 'searchUser', ann, { query: `${ann.name}@example.org` })).users,
    [],
  );
  assert.deepEqual((await node.ask(searchUser, 'searchUser', ann, { query: '%' })).users, []);
  const many = await node.ask(searchUser, 'searchUser', ann, { query: 'p', limit: 5 });
  assert.equal(many.users.length, 5);
});

test('lists of people come page by page, each once', async () => {
  const [ann, ...others] = (await createPeople(mysql.db, 8)) as [Profile, ...Profile[]];
  for (const other of others.slice(0, 5)) await befriend(ann, other);
  await nodeAt(0).ask(friendRequest, 'friendRequest', others[5]!, { user: ann.id });
  await nodeAt(0).ask(friendRequest, 'friendRequest', ann, { user: others[6]!.id });
  const node = nodeAt(0);
  const seen: number[] = [];
  for (let cursor: string | undefined, page = 0; page === 0 || cursor !== undefined; page++) {
    const answer = await node.ask(friends, 'friends', ann, { limit: 2, cursor });
    seen.push(...answer.friends.map(({ id }) => id));
    cursor = answer.cursor;
  }
  assert.deepEqual(
    seen,
    others.slice(0, 5).map(({ id }) => id),
  );
  const requests: string[] = [];
  for (let cursor: string | undefined, page = 0; page === 0 || cursor !== undefined; page++) {
    const answer = await node.ask(friendRequests, 'friendRequests', ann, { limit: 1, cursor });
    requests.push(...answer.requests.map(({ id, direction }) => `${direction} ${id}`));
    cursor = answer.cursor;
  }
  assert.equal(new Set(requests).size, 7);
  assert.deepEqual(requests.slice(0, 2), [`outgoing ${others[6]!.id}`, `incoming ${others[5]!.id}`]);
  await assert.rejects(node.ask(friends, 'friends', ann, { cursor: 'DROP' }), { code: 'bad_request' });
});
