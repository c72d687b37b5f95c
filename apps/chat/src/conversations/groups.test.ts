import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { useMysql } from '@berth/fixtures';
import type { Profile } from '@berth/wire';
import { conversation as conversationHandler } from '../handlers/conversation.ts';
import { conversations } from '../handlers/conversations.ts';
import { groupCreate } from '../handlers/group-create.ts';
import { groupInvite } from '../handlers/group-invite.ts';
import { groupLeave } from '../handlers/group-leave.ts';
import { groupMute } from '../handlers/group-mute.ts';
import { groupRemove } from '../handlers/group-remove.ts';
import { groupRename } from '../handlers/group-rename.ts';
import { groupRole } from '../handlers/group-role.ts';
import { members } from '../handlers/members.ts';
import { send } from '../handlers/send.ts';
import { sync } from '../handlers/sync.ts';
import { createFriends, createPeople, createStoredNode, type StoredNode } from '../stores.fixture.ts';

const mysql = useMysql();
const nodes: StoredNode[] = [];
const nodeAt = (index: number): StoredNode => (nodes[index] ??= createStoredNode(mysql.url));
let cids = 0;

after(async () => {
  for (const node of nodes) await node.close();
});

/** People of whom the first is a friend of all others, and a group of them that the first owns. */
async function crew(size: number): Promise<{ people: Profile[]; group: number }> {
  const people = await createPeople(mysql.db, size);
  await createFriends(mysql.db, people[0]!, people.slice(1));
  const { conversation } = await nodeAt(0).ask(groupCreate, 'groupCreate', people[0]!, {
    cid: `crew ${cids++}`,
    title: 'Crew',
    members: people.slice(1).map(({ id }) => id),
  });
  return { people, group: conversation.conversation };
}

const say = (node: StoredNode, who: Profile, conversation: number, text = 'hello') =>
  node.ask(send, 'send', who, { conversation, cid: `say ${cids++}`, text });

async function textsSeen(who: Profile, conversation: number): Promise<string[]> {
  const { messages } = await nodeAt(1).ask(sync, 'sync', who, { conversation, after: 0 });
  return messages.map(({ text }) => text);
}

async function rolesOf(who: Profile, conversation: number): Promise<Record<number, string>> {
  const answer = await nodeAt(0).ask(members, 'members', who, { conversation });
  return Object.fromEntries(answer.members.map(({ id, role }) => [id, role]));
}

test('a group is created once for a cid, with the friends that were named', async () => {
  const [ann, bob, eve] = (await createPeople(mysql.db, 3)) as [Profile, Profile, Profile];
  await createFriends(mysql.db, ann, [bob]);
  const wish = { cid: 'my group', title: 'Us', members: [bob.id, eve.id, bob.id, ann.id] };
  const answers = await Promise.all([
    nodeAt(0).ask(groupCreate, 'groupCreate', ann, wish),
    nodeAt(1).ask(groupCreate, 'groupCreate', ann, wish),
  ]);
  const [first, second] = answers.map(({ conversation }) => conversation);
  assert.equal(first!.conversation, second!.conversation);
  assert.deepEqual([first!.title, first!.role, first!.memberCount], ['Us', 'owner', 2]);
  assert.deepEqual(await rolesOf(bob, first!.conversation), { [ann.id]: 'owner', [bob.id]: 'member' });
  await assert.rejects(say(nodeAt(0), eve, first!.conversation), { code: 'not_member' });
  const strangersOnly = { cid: 'another', title: 'Spam', members: [eve.id] };
  await assert.rejects(nodeAt(0).ask(groupCreate, 'groupCreate', ann, strangersOnly), {
    code: 'not_friends',
  });
});

test('those who are invited see what comes, those who left what was, and a gap stays a gap', async () => {
  const { people, group } = await crew(3);
  const [ann, bob] = people as [Profile, Profile];
  const [dan] = (await createPeople(mysql.db, 1)) as [Profile];
  await createFriends(mysql.db, bob, [dan]);
  await say(nodeAt(0), ann, group, 'before');
  assert.deepEqual(
    await nodeAt(0).ask(groupInvite, 'groupInvite', bob, { conversation: group, users: [dan.id] }),
    {
      added: [dan.id],
    },
  );
  await say(nodeAt(1), dan, group, 'first stay');
  await nodeAt(0).ask(groupLeave, 'groupLeave', dan, { conversation: group });
  await say(nodeAt(0), ann, group, 'while away');
  await nodeAt(0).ask(groupInvite, 'groupInvite', bob, { conversation: group, users: [dan.id] });
  await say(nodeAt(0), ann, group, 'second stay');
  await nodeAt(0).ask(groupRemove, 'groupRemove', ann, { conversation: group, user: dan.id });
  await say(nodeAt(0), ann, group, 'afterwards');

  assert.deepEqual(await textsSeen(dan, group), ['first stay', 'second stay']);
  assert.deepEqual(await textsSeen(bob, group), [
    'before',
    'first stay',
    'while away',
    'second stay',
    'afterwards',
  ]);
  const { conversation } = await nodeAt(0).ask(conversationHandler, 'conversation', dan, {
    conversation: group,
  });
  assert.deepEqual(
    [conversation.member, conversation.head, conversation.from, conversation.last?.text],
    [false, 8, 2, 'second stay'],
  );
  await assert.rejects(say(nodeAt(1), dan, group), { code: 'not_member' });
  await assert.rejects(nodeAt(0).ask(members, 'members', dan, { conversation: group }), {
    code: 'not_member',
  });
});

test('who has left reads the title and the number of members as they were then, until invited again', async () => {
  const { people, group } = await crew(4);
  const [ann, bob, cid, dan] = people as [Profile, Profile, Profile, Profile];
  const told = async (who: Profile) => {
    const { conversation } = await nodeAt(1).ask(conversationHandler, 'conversation', who, {
      conversation: group,
    });
    return [conversation.title, conversation.memberCount];
  };
  await nodeAt(0).ask(groupRename, 'groupRename', ann, { conversation: group, title: 'Second' });
  await nodeAt(0).ask(groupRemove, 'groupRemove', ann, { conversation: group, user: bob.id });
  await nodeAt(0).ask(groupRename, 'groupRename', ann, { conversation: group, title: 'Third' });
  await nodeAt(0).ask(groupLeave, 'groupLeave', cid, { conversation: group });
  await nodeAt(0).ask(groupRename, 'groupRename', ann, { conversation: group, title: 'Fourth' });
  assert.deepEqual(await told(bob), ['Second', 3]);
  assert.deepEqual(await told(cid), ['Third', 2]);
  assert.deepEqual(await told(dan), ['Fourth', 2]);
  const listed = await nodeAt(1).ask(conversations, 'conversations', bob, { limit: 200 });
  const { title } = listed.conversations.find(({ conversation }) => conversation === group)!;
  assert.equal(title, 'Second');
  await nodeAt(0).ask(groupInvite, 'groupInvite', ann, { conversation: group, users: [bob.id] });
  assert.deepEqual(await told(bob), ['Fourth', 3]);
});

test('who has left through a node of an earlier release reads nothing of what is changed later either', async () => {
  const { people, group } = await crew(3);
  const [ann, bob] = people as [Profile, Profile];
  await nodeAt(0).ask(groupRename, 'groupRename', ann, { conversation: group, title: 'Then' });
  await nodeAt(0).ask(groupRemove, 'groupRemove', ann, { conversation: group, user: bob.id });
  // Such a node keeps neither.
  await mysql.db.run(
    'UPDATE members SET left_title = NULL, left_count = NULL WHERE conversation_id = ? AND user_id = ?',
    [group, bob.id],
  );
  await nodeAt(0).ask(groupRename, 'groupRename', ann, { conversation: group, title: 'Later' });
  const { conversation } = await nodeAt(1).ask(conversationHandler, 'conversation', bob, {
    conversation: group,
  });
  assert.deepEqual([conversation.title, conversation.memberCount], ['Then', 2]);
});

test('a removal is told to the group and to the one removed', async () => {
  const { people, group } = await crew(3);
  const [ann, bob] = people as [Profile, Profile];
  const { publisher } = nodeAt(0);
  await nodeAt(0).ask(groupRemove, 'groupRemove', ann, { conversation: group, user: bob.id });
  const events = publisher.pushed.filter(
    ({ body }) => (body as { conversation: number }).conversation === group,
  );
  const removed = { conversation: group, membersVersion: 1, by: ann.id, event: 'removed', users: [bob.id] };
  assert.deepEqual(
    events.slice(-2).map(({ users, body }) => ({ users, body })),
    [
      { users: undefined, body: removed },
      { users: [bob.id], body: removed },
    ],
  );
  assert.deepEqual(publisher.changes.at(-1), { conversation: group, membersVersion: 1, users: [bob.id] });
});

test('one who is removed on one node cannot write on another, however the two race', async () => {
  for (let round = 0; round < 5; round++) {
    const { people, group } = await crew(2);
    const [ann, bob] = people as [Profile, Profile];
    await say(nodeAt(1), bob, group);
    const sends = Array.from({ length: 20 }, () => say(nodeAt(1), bob, group));
    const [, ...sent] = await Promise.allSettled([
      nodeAt(0).ask(groupRemove, 'groupRemove', ann, { conversation: group, user: bob.id }),
      ...sends,
    ]);
    const [row] = await mysql.db.rows<{ left_seq: number }>(
      'SELECT left_seq FROM members WHERE conversation_id = ? AND user_id = ?',
      [group, bob.id],
    );
    for (const result of sent) {
      if (result.status === 'fulfilled') assert.ok((result.value as { seq: number }).seq <= row!.left_seq);
      else assert.equal(result.reason.code, 'not_member');
    }
    await assert.rejects(say(nodeAt(1), bob, group), { code: 'not_member' });
  }
});

test('whoever comes, goes and writes at the same time: every message lies within a stay of its sender', async () => {
  const { people, group } = await crew(5);
  const [ann, ...others] = people as [Profile, ...Profile[]];
  const happen = (round: number, index: number): Promise<unknown> => {
    const who = others[index % others.length]!;
    const node = nodeAt((round + index) % 2);
    const deed = (round * 7 + index * 5) % 23;
    if (deed === 0) return node.ask(groupRemove, 'groupRemove', ann, { conversation: group, user: who.id });
    if (deed === 1) return node.ask(groupLeave, 'groupLeave', who, { conversation: group });
    if (deed <= 6) return node.ask(groupInvite, 'groupInvite', ann, { conversation: group, users: [who.id] });
    return say(node, who, group);
  };
  for (let round = 0; round < 20; round++) {
    await Promise.allSettled(Array.from({ length: 30 }, (_, index) => happen(round, index)));
  }
  const stays = await mysql.db.rows<{ user_id: number; joined_seq: number; left_seq: number | null }>(
    `SELECT user_id, joined_seq, left_seq FROM members WHERE conversation_id = ?
     UNION ALL SELECT user_id, joined_seq, left_seq FROM member_intervals WHERE conversation_id = ?`,
    [group, group],
  );
  const messages = await mysql.db.rows<{ seq: number; sender_id: number }>(
    'SELECT seq, sender_id FROM messages WHERE conversation_id = ? ORDER BY seq',
    [group],
  );
  assert.ok(messages.length > 30 && stays.length > 8, `${messages.length} messages, ${stays.length} stays`);
  for (const [index, { seq, sender_id }] of messages.entries()) {
    assert.equal(seq, index + 1);
    assert.ok(
      stays.some(
        ({ user_id, joined_seq, left_seq }) =>
          user_id === sender_id && seq > joined_seq && seq <= (left_seq ?? Number.POSITIVE_INFINITY),
      ),
    );
  }
  const [row] = await mysql.db.rows<{ members: number; counted: number; listed: number }>(
    `SELECT (SELECT COUNT(*) FROM members WHERE conversation_id = ? AND left_seq IS NULL) AS members,
            (SELECT member_count FROM conversations WHERE id = ?) AS counted,
            (SELECT COUNT(*) FROM user_conversations WHERE conversation_id = ? AND member = 1) AS listed`,
    [group, group, group],
  );
  assert.deepEqual([row!.counted, row!.listed], [row!.members, row!.members]);
});

test('roles say who may do what to whom', async () => {
  const { people, group } = await crew(4);
  const [ann, bob, cid, dan] = people as [Profile, Profile, Profile, Profile];
  const node = nodeAt(0);
  const conversation = group;
  const forbidden = { code: 'forbidden' };
  await assert.rejects(node.ask(groupRename, 'groupRename', bob, { conversation, title: 'Mine' }), forbidden);
  await assert.rejects(
    node.ask(groupRole, 'groupRole', bob, { conversation, user: cid.id, role: 'admin' }),
    forbidden,
  );
  await assert.rejects(node.ask(groupRemove, 'groupRemove', bob, { conversation, user: cid.id }), forbidden);
  await node.ask(groupRole, 'groupRole', ann, { conversation, user: bob.id, role: 'admin' });
  await node.ask(groupRole, 'groupRole', ann, { conversation, user: cid.id, role: 'admin' });
  await node.ask(groupRename, 'groupRename', bob, { conversation, title: 'Ours' });
  await assert.rejects(node.ask(groupRemove, 'groupRemove', bob, { conversation, user: cid.id }), forbidden);
  await assert.rejects(
    node.ask(groupMute, 'groupMute', bob, { conversation, user: ann.id, forMs: 9 }),
    forbidden,
  );
  await assert.rejects(
    node.ask(groupRole, 'groupRole', bob, { conversation, user: dan.id, role: 'admin' }),
    forbidden,
  );
  await node.ask(groupRemove, 'groupRemove', bob, { conversation, user: dan.id });
  await assert.rejects(node.ask(groupRemove, 'groupRemove', bob, { conversation, user: dan.id }), {
    code: 'not_found',
  });
  await node.ask(groupRole, 'groupRole', ann, { conversation, user: cid.id, role: 'owner' });
  assert.deepEqual(await rolesOf(bob, group), { [ann.id]: 'admin', [bob.id]: 'admin', [cid.id]: 'owner' });
});

test('an owner who leaves is followed by the admin who has been there longest', async () => {
  const { people, group } = await crew(4);
  const [ann, bob, cid, dan] = people as [Profile, Profile, Profile, Profile];
  const node = nodeAt(0);
  await node.ask(groupRole, 'groupRole', ann, { conversation: group, user: cid.id, role: 'admin' });
  await node.ask(groupLeave, 'groupLeave', ann, { conversation: group });
  assert.deepEqual(await rolesOf(bob, group), { [bob.id]: 'member', [cid.id]: 'owner', [dan.id]: 'member' });
  for (const who of [cid, bob, dan]) await node.ask(groupLeave, 'groupLeave', who, { conversation: group });
  await assert.rejects(node.ask(groupLeave, 'groupLeave', dan, { conversation: group }), {
    code: 'not_member',
  });
});

test('who is muted reads but does not write until the time is over, and leaving does not help', async () => {
  const { people, group } = await crew(2);
  const [ann, bob] = people as [Profile, Profile];
  await say(nodeAt(1), bob, group);
  await nodeAt(0).ask(groupMute, 'groupMute', ann, { conversation: group, user: bob.id, forMs: 60_000 });
  await assert.rejects(say(nodeAt(1), bob, group), (error: { code: string; retryAfterMs: number }) => {
    assert.equal(error.code, 'muted');
    assert.ok(error.retryAfterMs > 0 && error.retryAfterMs <= 60_000);
    return true;
  });
  assert.equal((await textsSeen(bob, group)).length, 1);
  await nodeAt(0).ask(groupLeave, 'groupLeave', bob, { conversation: group });
  await nodeAt(0).ask(groupInvite, 'groupInvite', ann, { conversation: group, users: [bob.id] });
  await assert.rejects(say(nodeAt(1), bob, group), { code: 'muted' });
  await nodeAt(0).ask(groupMute, 'groupMute', ann, { conversation: group, user: bob.id, forMs: 0 });
  assert.equal((await say(nodeAt(1), bob, group)).seq, 6);
});

test('strangers to a group get nothing of it', async () => {
  const { people, group } = await crew(2);
  const [eve] = (await createPeople(mysql.db, 1)) as [Profile];
  const node = nodeAt(0);
  const notMember = { code: 'not_member' };
  await say(node, people[0]!, group);
  for (const conversation of [group, 0x7fff_ffff]) {
    await assert.rejects(say(node, eve, conversation), notMember);
    await assert.rejects(node.ask(sync, 'sync', eve, { conversation }), notMember);
    await assert.rejects(node.ask(members, 'members', eve, { conversation }), notMember);
    await assert.rejects(node.ask(conversationHandler, 'conversation', eve, { conversation }), notMember);
    await assert.rejects(
      node.ask(groupInvite, 'groupInvite', eve, { conversation, users: [eve.id] }),
      notMember,
    );
    await assert.rejects(node.ask(groupLeave, 'groupLeave', eve, { conversation }), notMember);
    await assert.rejects(node.ask(groupRename, 'groupRename', eve, { conversation, title: 'x' }), notMember);
  }
});

test('a group takes members up to the limit', async () => {
  const small = createStoredNode(mysql.url, { maxGroupMembers: 3 });
  const people = await createPeople(mysql.db, 4);
  const [ann, ...others] = people as [Profile, ...Profile[]];
  await createFriends(mysql.db, ann, others);
  const all = others.map(({ id }) => id);
  const wish = { cid: 'small', title: 'Small', members: all };
  await assert.rejects(small.ask(groupCreate, 'groupCreate', ann, wish), { code: 'limit_reached' });
  const { conversation } = await small.ask(groupCreate, 'groupCreate', ann, {
    ...wish,
    members: all.slice(0, 2),
  });
  const more = { conversation: conversation.conversation, users: [all[2]!] };
  await assert.rejects(small.ask(groupInvite, 'groupInvite', ann, more), { code: 'limit_reached' });
  await small.close();
});

test('ten thousand members come in by invitation, are listed once each, and any of them writes', async () => {
  const people = await createPeople(mysql.db, 10_001);
  const [ann, ...others] = people as [Profile, ...Profile[]];
  const open = createStoredNode(mysql.url, { strangersMayWrite: true });
  const { conversation } = await open.ask(groupCreate, 'groupCreate', ann, { cid: 'crowd', title: 'Crowd' });
  const group = conversation.conversation;
  for (let start = 0; start < others.length; start += 1_000) {
    const users = others.slice(start, start + 1_000).map(({ id }) => id);
    assert.equal(
      (await open.ask(groupInvite, 'groupInvite', ann, { conversation: group, users })).added.length,
      1_000,
    );
  }
  const listed: number[] = [];
  for (let cursor: string | undefined, page = 0; page === 0 || cursor !== undefined; page++) {
    const answer = await open.ask(members, 'members', others[5]!, {
      conversation: group,
      cursor,
      limit: 200,
    });
    listed.push(...answer.members.map(({ id }) => id));
    cursor = answer.cursor;
  }
  assert.deepEqual(
    listed,
    people.map(({ id }) => id).sort((a, b) => a - b),
  );
  const receipts = await Promise.all(others.slice(0, 500).map((who) => say(open, who, group)));
  assert.deepEqual(
    receipts.map(({ seq }) => seq).sort((a, b) => a - b),
    // Behind the ten entries of the invitations.
    Array.from({ length: 500 }, (_, index) => index + 11),
  );
  const { joinedSeqs } = await open.context.stores.live.membersOf(group, 11);
  assert.equal(joinedSeqs.size, 10_001);
  await open.close();
});
