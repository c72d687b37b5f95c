import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { useMysql } from '@berth/fixtures';
import { BerthError, type GroupSettings, type Profile, type RequestInput } from '@berth/wire';
import { conversation as conversationHandler } from '../handlers/conversation.ts';
import { directOpen } from '../handlers/direct-open.ts';
import { edit } from '../handlers/edit.ts';
import { groupCreate } from '../handlers/group-create.ts';
import { groupLeave } from '../handlers/group-leave.ts';
import { groupRole } from '../handlers/group-role.ts';
import { groupSettings } from '../handlers/group-settings.ts';
import { react } from '../handlers/react.ts';
import { send } from '../handlers/send.ts';
import { sync } from '../handlers/sync.ts';
import { typing } from '../handlers/typing.ts';
import { createFriends, createPeople, createStoredNode, type StoredNode } from '../stores.fixture.ts';

const mysql = useMysql();
const nodes: StoredNode[] = [];
/** Neither tells the other anything: what one has cached is behind what the other has done. */
const nodeAt = (index: number): StoredNode =>
  (nodes[index] ??= createStoredNode(mysql.url, {}, { entries: true, changes: true }));
let cids = 0;

after(async () => {
  for (const node of nodes) await node.close();
});

/** The owner, an admin, a member and a former one of a group; and a stranger to it. */
async function crew() {
  const people = await createPeople(mysql.db, 5);
  const [ann, bob, cid, dan, eve] = people as [Profile, Profile, Profile, Profile, Profile];
  await createFriends(mysql.db, ann, [bob, cid, dan]);
  const { conversation } = await nodeAt(0).ask(groupCreate, 'groupCreate', ann, {
    cid: `crew ${cids++}`,
    title: 'Crew',
    members: [bob, cid, dan].map(({ id }) => id),
  });
  const group = conversation.conversation;
  await nodeAt(0).ask(groupRole, 'groupRole', ann, { conversation: group, user: bob.id, role: 'admin' });
  await nodeAt(0).ask(groupLeave, 'groupLeave', dan, { conversation: group });
  return { ann, bob, cid, dan, eve, group };
}

const set = (who: Profile, conversation: number, settings: Partial<GroupSettings>, node = nodeAt(0)) =>
  node.ask(groupSettings, 'groupSettings', who, { conversation, ...settings });

const say = (
  node: StoredNode,
  who: Profile,
  conversation: number,
  more: Partial<RequestInput<'send'>> = {},
) => node.ask(send, 'send', who, { conversation, cid: `say ${cids++}`, text: 'hello', ...more });

async function settingsFor(who: Profile, group: number) {
  const asked = { conversation: group };
  const { conversation } = await nodeAt(1).ask(conversationHandler, 'conversation', who, asked);
  return conversation;
}

test('admins say what a group is about; members see it with its entry, nobody else anything', async () => {
  const { ann, bob, cid, dan, eve, group } = await crew();
  await set(bob, group, { topic: ' Knots ', about: 'Bends,\nhitches' });
  await set(ann, group, { topic: 'Knots' });
  const { settings, head } = await settingsFor(cid, group);
  assert.deepEqual(settings, { topic: 'Knots', about: 'Bends,\nhitches', seq: head });
  const { messages } = await nodeAt(1).ask(sync, 'sync', cid, { conversation: group });
  assert.deepEqual(
    messages.slice(-1).map(({ kind, sender, settings: told }) => ({ kind, sender, told })),
    [{ kind: 'settings', sender: bob.id, told: { topic: 'Knots', about: 'Bends,\nhitches' } }],
    'once: the second time it was so already',
  );
  await set(ann, group, { topic: '' });
  assert.equal((await settingsFor(cid, group)).settings?.topic, undefined);
  assert.equal((await settingsFor(dan, group)).settings, undefined, 'a former member');
  await assert.rejects(set(cid, group, { topic: 'Mine' }), { code: 'forbidden' });
  await assert.rejects(set(dan, group, { topic: 'Mine' }), { code: 'not_member' });
  await assert.rejects(set(eve, group, { topic: 'Mine' }), { code: 'not_member' });
  const { conversation } = await nodeAt(0).ask(directOpen, 'directOpen', ann, { user: bob.id });
  await assert.rejects(set(ann, conversation.conversation, { topic: 'Us' }), { code: 'bad_request' });
});

test('what is no topic, no description, no pace or nothing at all is no request', async () => {
  const { ann, group } = await crew();
  const wrong: Partial<GroupSettings>[] = [
    {},
    { topic: 'a'.repeat(129) },
    { topic: 'one\ntwo' },
    { about: 'a'.repeat(501) },
    { slowMs: -1 },
    { slowMs: 24 * 3_600_000 + 1 },
  ];
  for (const settings of wrong)
    assert.throws(() => void set(ann, group, settings), { name: 'ZodError' }, JSON.stringify(settings));
});

test('where only admins write, members read and react, also through a node that has not heard of it', async () => {
  const { ann, bob, cid, group } = await crew();
  const first = await say(nodeAt(1), cid, group);
  await set(ann, group, { announcements: true });
  await assert.rejects(say(nodeAt(1), cid, group), { code: 'admins_only' });
  await assert.rejects(nodeAt(1).ask(typing, 'typing', cid, { conversation: group }), {
    code: 'admins_only',
  });
  const change = () => ({ conversation: group, target: first.seq, cid: `change ${cids++}` });
  await assert.rejects(nodeAt(1).ask(edit, 'edit', cid, { ...change(), text: 'still' }), {
    code: 'admins_only',
  });
  await nodeAt(1).ask(react, 'react', cid, { ...change(), emoji: '👍', on: true });
  await say(nodeAt(1), ann, group);
  await say(nodeAt(1), bob, group);
  await set(bob, group, { announcements: false });
  await say(nodeAt(1), cid, group);
});

test('by slow mode a member writes once in a while whatever node they are on, and admins as they like', async () => {
  const { ann, bob, cid, group } = await crew();
  for (const who of [ann, bob, cid]) await say(nodeAt(1), who, group);
  await set(ann, group, { slowMs: 3_600_000 });
  const tries = Array.from({ length: 6 }, (_, index) =>
    say(nodeAt(index % 2), cid, group, { cid: `slow ${index}` }),
  );
  const results = await Promise.allSettled(tries);
  const taken = results.flatMap((result, index) =>
    result.status === 'fulfilled' ? [{ index, ...result.value }] : [],
  );
  assert.equal(taken.length, 1);
  for (const result of results) {
    if (result.status === 'fulfilled') continue;
    assert.ok(result.reason instanceof BerthError && result.reason.code === 'slow_mode', result.reason);
    assert.ok(result.reason.retryAfterMs! > 3_000_000 && result.reason.retryAfterMs! <= 3_600_000);
  }
  const [{ index, ...receipt }] = taken as [(typeof taken)[number]];
  const again = { cid: `slow ${index}`, resent: true };
  assert.deepEqual(await say(nodeAt(1 - (index % 2)), cid, group, again), receipt, 'what was sent again');
  assert.equal((await settingsFor(cid, group)).slowUntil, receipt.sentAt + 3_600_000);
  assert.equal((await settingsFor(bob, group)).slowUntil, undefined);
  for (const who of [ann, bob, ann, bob]) await say(nodeAt(1), who, group);
  await nodeAt(0).ask(groupRole, 'groupRole', ann, { conversation: group, user: bob.id, role: 'member' });
  await say(nodeAt(1), bob, group);
  await assert.rejects(say(nodeAt(1), bob, group), { code: 'slow_mode' });
  await set(ann, group, { slowMs: 0 });
  for (const who of [cid, bob, cid]) await say(nodeAt(1), who, group);
});
