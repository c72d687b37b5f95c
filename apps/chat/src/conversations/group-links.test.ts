import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { useMysql } from '@berth/fixtures';
import { createInviteToken } from '@berth/tokens';
import type { Profile, RequestInput } from '@berth/wire';
import { block } from '../handlers/block.ts';
import { conversation as conversationHandler } from '../handlers/conversation.ts';
import { groupCreate } from '../handlers/group-create.ts';
import { groupInvite } from '../handlers/group-invite.ts';
import { groupJoin } from '../handlers/group-join.ts';
import { groupLeave } from '../handlers/group-leave.ts';
import { groupLinkCreate } from '../handlers/group-link-create.ts';
import { groupLinkRevoke } from '../handlers/group-link-revoke.ts';
import { groupLinks } from '../handlers/group-links.ts';
import { groupRemove } from '../handlers/group-remove.ts';
import { groupRole } from '../handlers/group-role.ts';
import { send } from '../handlers/send.ts';
import { sync } from '../handlers/sync.ts';
import { createFriends, createPeople, createStoredNode, type StoredNode } from '../stores.fixture.ts';

const mysql = useMysql();
const nodes: StoredNode[] = [];
const nodeAt = (index: number): StoredNode =>
  (nodes[index] ??= createStoredNode(mysql.url, { maxGroupMembers: 8 }, { entries: true, changes: true }));
let cids = 0;

after(async () => {
  for (const node of nodes) await node.close();
});

/** The owner, an admin, a member and a former one of a group; and strangers to it. */
async function crew(strangers = 2) {
  const people = await createPeople(mysql.db, 4 + strangers);
  const [ann, bob, cid, dan, ...others] = people as [Profile, Profile, Profile, Profile, ...Profile[]];
  await createFriends(mysql.db, ann, [bob, cid, dan]);
  const { conversation } = await nodeAt(0).ask(groupCreate, 'groupCreate', ann, {
    cid: `crew ${cids++}`,
    title: 'Crew',
    members: [bob, cid, dan].map(({ id }) => id),
  });
  const group = conversation.conversation;
  await nodeAt(0).ask(groupRole, 'groupRole', ann, { conversation: group, user: bob.id, role: 'admin' });
  await nodeAt(0).ask(groupLeave, 'groupLeave', dan, { conversation: group });
  return { ann, bob, cid, dan, others, group };
}

type Wish = Omit<RequestInput<'groupLinkCreate'>, 'conversation'>;
const make = async (who: Profile, conversation: number, wish: Wish = {}): Promise<string> =>
  (await nodeAt(0).ask(groupLinkCreate, 'groupLinkCreate', who, { conversation, ...wish })).link.link;
const join = async (who: Profile, link: string, node = nodeAt(1)) =>
  (await node.ask(groupJoin, 'groupJoin', who, { link })).conversation;
const listed = async (who: Profile, conversation: number, more: { limit?: number; cursor?: string } = {}) =>
  nodeAt(0).ask(groupLinks, 'groupLinks', who, { conversation, ...more });
const revoke = (who: Profile, conversation: number, link: string) =>
  nodeAt(0).ask(groupLinkRevoke, 'groupLinkRevoke', who, { conversation, link });

test('whoever has a link joins, is told as one who came by themselves, and sees what comes from then on', async () => {
  const { ann, bob, others, group } = await crew();
  const [eve] = others as [Profile];
  await nodeAt(0).ask(send, 'send', ann, { conversation: group, cid: 'before', text: 'before' });
  const link = await make(bob, group, { maxUses: 5, forMs: 3_600_000 });
  const joined = await join(eve, link);
  assert.deepEqual([joined.conversation, joined.member, joined.role], [group, true, 'member']);
  assert.equal(joined.memberCount, 4);
  await nodeAt(1).ask(send, 'send', eve, { conversation: group, cid: 'hi', text: 'ahoy' });
  const { messages } = await nodeAt(0).ask(sync, 'sync', eve, { conversation: group });
  assert.deepEqual(
    messages.map(({ kind, sender, text }) => [kind, sender, text]),
    [
      ['joined', eve.id, ''],
      [undefined, eve.id, 'ahoy'],
    ],
  );
  const told = nodeAt(1).publisher.pushed.filter(({ frame }) => frame === 'conversationEvent');
  assert.deepEqual(
    told.map(({ body, users }) => [(body as { event: string }).event, users]),
    [
      ['joined', undefined],
      ['joined', [eve.id]],
    ],
  );
  // Again it changes nothing, and takes no use.
  assert.equal((await join(eve, link, nodeAt(0))).head, messages.at(-1)!.seq);
  await join(ann, link);
  const { links } = await listed(ann, group);
  assert.deepEqual(
    links.map(({ by, uses, maxUses, revoked }) => [by, uses, maxUses, revoked]),
    [[bob.id, 1, 5, false]],
  );
});

test('a link is good for so many people, however many come at once, and for so long', async () => {
  const { ann, others, group } = await crew(5);
  const link = await make(ann, group, { maxUses: 2 });
  const results = await Promise.allSettled(others.map((who, index) => join(who, link, nodeAt(index % 2))));
  assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 2);
  for (const result of results)
    if (result.status === 'rejected') assert.equal(result.reason.code, 'invite_used_up');
  const late = others[results.findIndex(({ status }) => status === 'rejected')]!;
  const old = await make(ann, group, { forMs: 60_000 });
  await mysql.db.run(
    'UPDATE group_links SET expires_at = created_at WHERE conversation_id = ? AND expires_at > 0',
    [group],
  );
  await assert.rejects(join(late, old), { code: 'invite_expired' });
  const taken = await make(ann, group);
  await revoke(ann, group, taken);
  await revoke(ann, group, taken);
  await assert.rejects(join(late, taken), { code: 'invite_revoked' });
  await assert.rejects(join(late, createInviteToken(group).token), { code: 'not_found' });
  await assert.rejects(join(late, createInviteToken(0x7fff_ffff).token), { code: 'not_found' });
  await assert.rejects(join(late, 'no link'), { name: 'ZodError' });
  const [first, ...more] = [await make(ann, group), await make(ann, group)];
  const page = await listed(ann, group, { limit: 2 });
  assert.equal(page.links.length, 2);
  const rest = await listed(ann, group, { limit: 200, cursor: page.cursor! });
  const all = [...page.links, ...rest.links].map((each) => each.link);
  assert.deepEqual([...all].sort(), [link, old, taken, first, ...more].sort());
});

test('only admins make, see and take back links; who left rejoins, who was removed or is blocked does not', async () => {
  const { ann, bob, cid, dan, others, group } = await crew(6);
  const [eve, fay] = others as [Profile, Profile];
  const link = await make(ann, group);
  for (const [who, code] of [
    [cid, 'forbidden'],
    [dan, 'not_member'],
    [eve, 'not_member'],
  ] as const) {
    await assert.rejects(make(who, group), { code });
    await assert.rejects(listed(who, group), { code });
    await assert.rejects(revoke(who, group, link), { code });
  }
  await assert.rejects(revoke(bob, group, createInviteToken(group).token), { code: 'not_found' });
  assert.equal((await join(dan, link)).member, true);
  await nodeAt(0).ask(groupRemove, 'groupRemove', bob, { conversation: group, user: dan.id });
  await assert.rejects(join(dan, link), { code: 'forbidden' });
  await nodeAt(0).ask(groupInvite, 'groupInvite', ann, { conversation: group, users: [dan.id] });
  await nodeAt(0).ask(groupLeave, 'groupLeave', dan, { conversation: group });
  assert.equal((await join(dan, link)).member, true, 'who was invited again may come and go');
  await nodeAt(0).ask(block, 'block', ann, { user: eve.id });
  await assert.rejects(join(eve, link), { code: 'blocked' });
  await nodeAt(0).ask(block, 'block', fay, { user: ann.id });
  await assert.rejects(join(fay, link), { code: 'blocked' });
  for (const who of others.slice(2)) await join(who, link);
  const { conversation } = await nodeAt(0).ask(conversationHandler, 'conversation', ann, {
    conversation: group,
  });
  assert.equal(conversation.memberCount, 8);
  const [late] = (await createPeople(mysql.db, 1)) as [Profile];
  await assert.rejects(join(late, link), { code: 'limit_reached' });
  for (let live = 1; live < 20; live++) await make(bob, group);
  await assert.rejects(make(bob, group), { code: 'limit_reached' });
});

test('where there are no invites there are no links', async () => {
  const { ann, others, group } = await crew(1);
  const link = await make(ann, group);
  const off = createStoredNode(mysql.url, { invites: false });
  nodes.push(off);
  await assert.rejects(off.ask(groupLinkCreate, 'groupLinkCreate', ann, { conversation: group }), {
    code: 'forbidden',
  });
  await assert.rejects(off.ask(groupJoin, 'groupJoin', others[0]!, { link }), { code: 'forbidden' });
});
