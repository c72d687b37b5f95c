import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { useMysql } from '@berth/fixtures';
import type { Profile } from '@berth/wire';
import { block } from '../handlers/block.ts';
import { conversation as conversationHandler } from '../handlers/conversation.ts';
import { directOpen } from '../handlers/direct-open.ts';
import { groupCreate } from '../handlers/group-create.ts';
import { groupInvite } from '../handlers/group-invite.ts';
import { groupJoin } from '../handlers/group-join.ts';
import { groupLeave } from '../handlers/group-leave.ts';
import { groupLinkCreate } from '../handlers/group-link-create.ts';
import { groupSettings } from '../handlers/group-settings.ts';
import { mark } from '../handlers/mark.ts';
import { readers } from '../handlers/readers.ts';
import { recall } from '../handlers/recall.ts';
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

type People = [Profile, Profile, Profile, Profile, Profile];

/** The owner and a friend of hers in a group, and others whom she knows. */
async function crew(): Promise<{ people: People; group: number }> {
  const people = (await createPeople(mysql.db, 5)) as People;
  await createFriends(mysql.db, people[0], people.slice(1));
  const { conversation } = await nodeAt(0).ask(groupCreate, 'groupCreate', people[0], {
    cid: `crew ${cids++}`,
    title: 'Crew',
    members: [people[1].id],
  });
  return { people, group: conversation.conversation };
}

const say = (who: Profile, conversation: number, text: string) =>
  nodeAt(0).ask(send, 'send', who, { conversation, cid: `say ${cids++}`, text });
const invite = (by: Profile, conversation: number, who: Profile) =>
  nodeAt(0).ask(groupInvite, 'groupInvite', by, { conversation, users: [who.id] });
const leave = (who: Profile, conversation: number) =>
  nodeAt(0).ask(groupLeave, 'groupLeave', who, { conversation });
const showFrom = (who: Profile, conversation: number, history: 'join' | 'beginning') =>
  nodeAt(0).ask(groupSettings, 'groupSettings', who, { conversation, history });

async function seen(who: Profile, conversation: number) {
  const { messages } = await nodeAt(1).ask(sync, 'sync', who, { conversation, after: 0 });
  const summary = await nodeAt(1).ask(conversationHandler, 'conversation', who, { conversation });
  const { unread, from } = summary.conversation;
  return { texts: messages.map(({ text }) => text), unread, isFromStart: from === 1 };
}

test('who comes while the history is for all sees it from the beginning, and nobody else more than before', async () => {
  const { people, group } = await crew();
  const [ann, bob, cid, dan, eve] = people;
  await say(ann, group, 'one');
  await invite(ann, group, cid);
  await say(ann, group, 'two');
  await showFrom(ann, group, 'beginning');
  await invite(ann, group, dan);
  const { link } = await nodeAt(0).ask(groupLinkCreate, 'groupLinkCreate', ann, { conversation: group });
  await nodeAt(0).ask(groupJoin, 'groupJoin', eve, { link: link.link });
  await say(ann, group, 'three');
  const all = ['one', 'two', 'three'];
  assert.deepEqual(await seen(bob, group), { texts: all, unread: 3, isFromStart: true });
  assert.deepEqual(await seen(cid, group), { texts: ['two', 'three'], unread: 2, isFromStart: false });
  // What was there before they came is not news to them.
  assert.deepEqual(await seen(dan, group), { texts: all, unread: 1, isFromStart: true });
  assert.deepEqual(await seen(eve, group), { texts: all, unread: 1, isFromStart: true });
});

test('former members keep what they saw; who rejoins sees what the group says then, and a gap that was stays', async () => {
  const { people, group } = await crew();
  const [ann, bob, cid, dan] = people;
  await say(ann, group, 'one');
  for (const who of [cid, dan]) await invite(ann, group, who);
  await say(ann, group, 'two');
  for (const who of [bob, cid, dan]) await leave(who, group);
  await say(ann, group, 'three');
  await showFrom(ann, group, 'beginning');
  await say(ann, group, 'four');
  assert.deepEqual((await seen(bob, group)).texts, ['one', 'two'], 'a former member');
  assert.deepEqual((await seen(cid, group)).texts, ['two'], 'a former member who came later');
  for (const who of [bob, cid]) await invite(ann, group, who);
  await say(ann, group, 'five');
  const all = ['one', 'two', 'three', 'four', 'five'];
  for (const who of [bob, cid])
    assert.deepEqual(await seen(who, group), { texts: all, unread: 1, isFromStart: true });
  await leave(bob, group);
  await showFrom(ann, group, 'join');
  await say(ann, group, 'six');
  for (const who of [bob, dan]) await invite(ann, group, who);
  await say(ann, group, 'seven');
  assert.deepEqual((await seen(bob, group)).texts, [...all, 'seven']);
  assert.deepEqual((await seen(dan, group)).texts, ['two', 'seven']);
  assert.deepEqual((await seen(cid, group)).texts, [...all, 'six', 'seven']);
  const rows = await mysql.db.rows<{ from: number; to: number }>(
    `SELECT joined_seq AS \`from\`, left_seq AS \`to\` FROM member_intervals
     WHERE conversation_id = ? AND user_id = ? ORDER BY joined_seq`,
    [group, cid.id],
  );
  assert.ok(rows.every(({ from, to }) => from < to));
});

test('who has read a message is told to members, without who came later, has blocked one or has not read', async () => {
  const { people, group } = await crew();
  const [ann, bob, cid, dan, eve] = people;
  for (const who of [cid, dan]) await invite(ann, group, who);
  const { seq } = await say(ann, group, 'read this');
  await invite(ann, group, eve);
  for (const who of [bob, cid, eve])
    await nodeAt(1).ask(mark, 'mark', who, { conversation: group, read: seq + 1 });
  const told = async (who: Profile, target = seq) => {
    const answer = await nodeAt(1).ask(readers, 'readers', who, { conversation: group, target });
    return [answer.readers.map(({ id }) => id), answer.of];
  };
  assert.deepEqual(await told(ann), [[bob.id, cid.id], 3]);
  assert.deepEqual(await told(bob), [[cid.id], 2]);
  await nodeAt(0).ask(block, 'block', cid, { user: bob.id });
  assert.deepEqual(await told(bob), [[], 1]);
  await assert.rejects(told(eve), { code: 'not_found' });
  await assert.rejects(told(ann, seq + 1), { code: 'not_found' });
  await assert.rejects(told(ann, 9_999), { code: 'not_found' });
  const [stranger] = (await createPeople(mysql.db, 1)) as [Profile];
  await assert.rejects(told(stranger), { code: 'not_member' });
  await leave(dan, group);
  await assert.rejects(told(dan), { code: 'not_member' });
  assert.deepEqual(await told(ann), [[bob.id, cid.id], 2]);
  const change = { conversation: group, target: seq, cid: 'gone' };
  await nodeAt(0).ask(recall, 'recall', ann, change);
  assert.deepEqual(await told(ann), [[bob.id, cid.id], 2]);
  const { conversation } = await nodeAt(0).ask(directOpen, 'directOpen', ann, { user: bob.id });
  const direct = { conversation: conversation.conversation, target: 1 };
  await assert.rejects(nodeAt(0).ask(readers, 'readers', ann, direct), { code: 'bad_request' });
  await mysql.db.run('UPDATE conversations SET member_count = 101 WHERE id = ?', [group]);
  await assert.rejects(told(ann), { code: 'limit_reached' });
});
