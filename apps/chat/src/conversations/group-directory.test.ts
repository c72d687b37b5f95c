import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { useMysql } from '@berth/fixtures';
import type { Profile, RequestInput } from '@berth/wire';
import { block } from '../handlers/block.ts';
import { directOpen } from '../handlers/direct-open.ts';
import { groupCreate } from '../handlers/group-create.ts';
import { groupJoin } from '../handlers/group-join.ts';
import { groupLeave } from '../handlers/group-leave.ts';
import { groupLinkCreate } from '../handlers/group-link-create.ts';
import { groupRemove } from '../handlers/group-remove.ts';
import { groupRename } from '../handlers/group-rename.ts';
import { groupRole } from '../handlers/group-role.ts';
import { groupSearch } from '../handlers/group-search.ts';
import { groupSettings } from '../handlers/group-settings.ts';
import { createFriends, createPeople, createStoredNode, type StoredNode } from '../stores.fixture.ts';

const mysql = useMysql();
const nodes: StoredNode[] = [];
const nodeAt = (index: number): StoredNode => (nodes[index] ??= createStoredNode(mysql.url));
let cids = 0;

type Five = [Profile, Profile, Profile, Profile, Profile];

after(async () => {
  for (const node of nodes) await node.close();
});

async function groupOf(owner: Profile, title: string, members: Profile[] = []): Promise<number> {
  const { conversation } = await nodeAt(0).ask(groupCreate, 'groupCreate', owner, {
    cid: `group ${cids++}`,
    title,
    members: members.map(({ id }) => id),
  });
  return conversation.conversation;
}

const set = (who: Profile, conversation: number, open: boolean, topic?: string) =>
  nodeAt(0).ask(groupSettings, 'groupSettings', who, {
    conversation,
    open,
    ...(topic !== undefined && { topic }),
  });
const search = (who: Profile, wish: RequestInput<'groupSearch'> = {}) =>
  nodeAt(1).ask(groupSearch, 'groupSearch', who, wish);
const titles = async (who: Profile, query: string) =>
  (await search(who, { query })).groups.map(({ title }) => title);
const join = async (who: Profile, conversation: number) =>
  (await nodeAt(1).ask(groupJoin, 'groupJoin', who, { conversation })).conversation;

test('an open group is found by the words of its title as it is now, the larger first, until it is closed', async () => {
  const [ann, bob, cid, eve] = (await createPeople(mysql.db, 4)) as [Profile, Profile, Profile, Profile];
  await createFriends(mysql.db, ann, [bob, cid]);
  const small = await groupOf(ann, 'Sailing knots');
  const large = await groupOf(ann, 'Knots and Bends', [bob, cid]);
  const closed = await groupOf(ann, 'Knots in secret', [bob]);
  await set(ann, small, true, 'Hitches');
  await set(ann, large, true);
  assert.deepEqual(await titles(eve, 'KNOT'), ['Knots and Bends', 'Sailing knots']);
  assert.deepEqual(await titles(eve, 'kno sail'), ['Sailing knots']);
  assert.deepEqual(await titles(eve, 'nots'), []);
  const [found] = (await search(eve, { query: 'sailing' })).groups;
  assert.deepEqual(found, {
    ...{ conversation: small, title: 'Sailing knots', topic: 'Hitches', about: '', memberCount: 1 },
  });
  await nodeAt(0).ask(groupRename, 'groupRename', ann, { conversation: small, title: '航海绳结' });
  assert.deepEqual(await titles(eve, 'sailing'), []);
  assert.deepEqual(await titles(eve, '绳'), ['航海绳结']);
  await nodeAt(0).ask(groupRename, 'groupRename', ann, { conversation: closed, title: 'Knots still' });
  await set(ann, large, false);
  assert.deepEqual(await titles(eve, 'knots'), []);
});

test('all open groups are listed page by page, and so are those of a query', async () => {
  const [ann, eve] = (await createPeople(mysql.db, 2)) as [Profile, Profile];
  const made: number[] = [];
  for (let count = 0; count < 5; count++) made.push(await groupOf(ann, `Harbour ${count}`));
  for (const group of made) await set(ann, group, true);
  for (const [query, expected] of [
    ['', made.toReversed()],
    ['harbour', made],
  ] as const) {
    const seen: number[] = [];
    let cursor: string | undefined;
    do {
      const page = await search(eve, { query, limit: 2, ...(cursor && { cursor }) });
      assert.ok(page.groups.length <= 2);
      seen.push(...page.groups.map(({ conversation }) => conversation));
      cursor = page.cursor;
    } while (cursor !== undefined);
    assert.deepEqual(
      seen.filter((id) => made.includes(id)),
      expected,
    );
    assert.equal(new Set(seen).size, seen.length);
  }
  await assert.rejects(search(eve, { cursor: 'nonsense' }), { code: 'bad_request' });
});

test('only the owner opens a group; who is blocked or was removed does not join, and what is not open is not there', async () => {
  const [ann, bob, cid, dan, eve] = (await createPeople(mysql.db, 5)) as Five;
  await createFriends(mysql.db, ann, [bob, cid, dan]);
  const group = await groupOf(ann, 'Lighthouse', [bob, cid, dan]);
  await nodeAt(0).ask(groupRole, 'groupRole', ann, { conversation: group, user: bob.id, role: 'admin' });
  await nodeAt(0).ask(groupLeave, 'groupLeave', dan, { conversation: group });
  for (const [who, code] of [
    [bob, 'forbidden'],
    [cid, 'forbidden'],
    [dan, 'not_member'],
    [eve, 'not_member'],
  ] as const)
    await assert.rejects(set(who, group, true), { code });
  await assert.rejects(join(eve, group), { code: 'not_found' });
  await assert.rejects(join(dan, group), { code: 'not_found' });
  await assert.rejects(join(eve, 0x7fff_ffff), { code: 'not_found' });
  const { conversation } = await nodeAt(0).ask(directOpen, 'directOpen', ann, { user: bob.id });
  await assert.rejects(join(eve, conversation.conversation), { code: 'not_found' });
  await set(ann, group, true);
  assert.equal((await join(dan, group)).memberCount, 4);
  await nodeAt(0).ask(groupRemove, 'groupRemove', bob, { conversation: group, user: dan.id });
  await assert.rejects(join(dan, group), { code: 'forbidden' });
  await nodeAt(0).ask(block, 'block', ann, { user: eve.id });
  await assert.rejects(join(eve, group), { code: 'blocked' });
  await set(ann, group, false);
  assert.equal((await join(cid, group)).member, true, 'who is there is told so');
  const link = 'a'.repeat(27);
  for (const wish of [{}, { conversation: group, link }])
    assert.throws(() => void nodeAt(0).ask(groupJoin, 'groupJoin', eve, wish), { name: 'ZodError' });
});

test('a group that everybody has left is found no more, and nobody comes into it without an owner', async () => {
  const [ann, eve] = (await createPeople(mysql.db, 2)) as [Profile, Profile];
  const group = await groupOf(ann, 'Derelict hulk');
  await set(ann, group, true);
  const { link } = (await nodeAt(0).ask(groupLinkCreate, 'groupLinkCreate', ann, { conversation: group }))
    .link;
  assert.deepEqual(await titles(eve, 'derelict'), ['Derelict hulk']);
  await nodeAt(0).ask(groupLeave, 'groupLeave', ann, { conversation: group });
  assert.deepEqual(await titles(eve, 'derelict'), []);
  const listed = (await search(eve)).groups.map(({ conversation }) => conversation);
  assert.ok(!listed.includes(group));
  for (const who of [eve, ann]) {
    await assert.rejects(join(who, group), { code: 'not_found' });
    await assert.rejects(nodeAt(1).ask(groupJoin, 'groupJoin', who, { link }), { code: 'not_found' });
  }
});
