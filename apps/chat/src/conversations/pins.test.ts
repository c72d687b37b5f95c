import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limits, type Profile } from '@berth/wire';
import { block } from '../handlers/block.ts';
import { directOpen } from '../handlers/direct-open.ts';
import { groupLeave } from '../handlers/group-leave.ts';
import { groupRole } from '../handlers/group-role.ts';
import { hide } from '../handlers/hide.ts';
import { pin } from '../handlers/pin.ts';
import { pins } from '../handlers/pins.ts';
import { recall } from '../handlers/recall.ts';
import { createPeople } from '../stores.fixture.ts';
import { useCrews } from './crew.fixture.ts';

const { mysql, nodeAt, cid, crew, say, seen, rejected } = useCrews();

const set = (who: Profile, conversation: number, target: number, on = true, name = cid()) =>
  nodeAt(0).ask(pin, 'pin', who, { conversation, cid: name, target, on });

/** Page by page, from another node. */
async function pinned(who: Profile, conversation: number, limit = 50): Promise<number[]> {
  const found: number[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await nodeAt(1).ask(pins, 'pins', who, { conversation, limit, ...(cursor && { cursor }) });
    found.push(...page.messages.map(({ seq }) => seq));
    cursor = page.cursor;
    if (cursor === undefined) return found;
  }
}

test('admins pin for everybody in a group; who reads and who catches up see the same', async () => {
  const { people, group } = await crew(3);
  const [ann, bob, cat] = people as [Profile, Profile, Profile];
  const one = await say(bob, group, 'the tide table');
  const other = await say(cat, group, 'the berth plan');
  await rejected(set(bob, group, one), 'forbidden');
  const name = cid();
  const first = await set(ann, group, one, true, name);
  assert.deepEqual(first, { conversation: group, seq: other + 1, count: 1 });
  assert.deepEqual(await set(ann, group, one, true, name), first);
  assert.deepEqual(await set(ann, group, one), { conversation: group, seq: 0, count: 1 });
  await nodeAt(0).ask(groupRole, 'groupRole', ann, { conversation: group, user: bob.id, role: 'admin' });
  await set(bob, group, other);
  assert.deepEqual(await pinned(cat, group), [other, one]);
  assert.deepEqual(await pinned(cat, group, 1), [other, one]);
  const all = await seen(cat, group);
  const entries = all.filter(({ kind }) => kind === 'pinned');
  assert.deepEqual(
    entries.map(({ target, on, count }) => [target, on, count]),
    [
      [one, true, 1],
      [other, true, 2],
    ],
  );
  assert.deepEqual(all.find(({ seq }) => seq === one)!.pinned, { by: ann.id, at: entries[0]!.sentAt });
  assert.equal((await set(ann, group, one, false)).count, 1);
  assert.deepEqual(await pinned(cat, group), [other]);
  assert.equal((await seen(cat, group)).find(({ seq }) => seq === one)!.pinned, undefined);
});

test('both pin in a direct conversation; what is taken back, or deleted for oneself, is pinned no more', async () => {
  const { people } = await crew(2);
  const [ann, bob] = people as [Profile, Profile];
  const direct = (await nodeAt(0).ask(directOpen, 'directOpen', ann, { user: bob.id })).conversation
    .conversation;
  const [one, other] = [await say(ann, direct, 'one'), await say(bob, direct, 'other')];
  await set(bob, direct, one);
  await set(ann, direct, other);
  assert.deepEqual(await pinned(ann, direct), [other, one]);
  await nodeAt(0).ask(hide, 'hide', bob, { conversation: direct, seqs: [other] });
  assert.deepEqual([await pinned(bob, direct), await pinned(ann, direct)], [[one], [other, one]]);
  await nodeAt(0).ask(recall, 'recall', ann, { conversation: direct, cid: cid(), target: one });
  assert.deepEqual(await pinned(ann, direct), [other]);
  await rejected(set(bob, direct, one), 'recalled');
  await nodeAt(0).ask(block, 'block', ann, { user: bob.id });
  await rejected(set(bob, direct, other, false), 'blocked');
  assert.deepEqual(await pinned(ann, direct), [other]);
});

test('what may not be pinned has one clear code each', async () => {
  const { people, group } = await crew(2);
  const [ann, bob] = people as [Profile, Profile];
  const [eve] = (await createPeople(mysql.db, 1)) as [Profile];
  const target = await say(ann, group, 'one');
  await rejected(set(eve, group, target), 'not_member');
  await rejected(pinned(eve, group), 'not_member');
  await rejected(set(ann, group, target + 9), 'not_found');
  const { seq: entry } = await set(ann, group, target);
  await rejected(set(ann, group, entry), 'not_found');
  await nodeAt(0).ask(groupLeave, 'groupLeave', bob, { conversation: group });
  const later = await say(ann, group, 'after bob');
  await set(ann, group, later);
  assert.deepEqual(await pinned(bob, group), [target], 'a former member sees what was theirs to see');
  await rejected(set(bob, group, target, false), 'not_member');
  const rows = Array.from({ length: limits.maxPins - 2 }, (_, index) => [
    group,
    9_000 + index,
    9_000 + index,
  ]);
  await mysql.db.run(
    `INSERT INTO pins (conversation_id, target_seq, seq) VALUES ${rows.map(() => '(?, ?, ?)').join(',')}`,
    rows.flat(),
  );
  await rejected(set(ann, group, await say(ann, group, 'one too many')), 'limit_reached');
  assert.deepEqual(await pinned(ann, group, 30), [later, target]);
});
