import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limits, type Profile } from '@berth/wire';
import { draft } from '../handlers/draft.ts';
import { drafts } from '../handlers/drafts.ts';
import { groupLeave } from '../handlers/group-leave.ts';
import { createPeople } from '../stores.fixture.ts';
import { useCrews } from './crew.fixture.ts';

const { mysql, nodeAt, crew, say, rejected } = useCrews();

const keep = (who: Profile, conversation: number, text: string, replyTo?: number) =>
  nodeAt(0).ask(draft, 'draft', who, { conversation, text, ...(replyTo !== undefined && { replyTo }) });

async function kept(who: Profile, limit = 50) {
  const found = [];
  for (let cursor: string | undefined; ; ) {
    const page = await nodeAt(1).ask(drafts, 'drafts', who, { limit, ...(cursor && { cursor }) });
    found.push(...page.drafts);
    cursor = page.cursor;
    if (cursor === undefined) return found;
  }
}

test('what is typed on one device is told to the others, and to those that were away', async () => {
  const { people, group } = await crew(2);
  const [ann, bob] = people as [Profile, Profile];
  const other = await crew(2);
  const seq = await say(bob, group, 'well?');
  const { at } = await keep(ann, group, 'half a thou', seq);
  const told = { conversation: group, text: 'half a thou', replyTo: seq, at };
  const notified = nodeAt(0).publisher.pushed.at(-1)!;
  assert.deepEqual([notified.users, notified.frame, notified.body], [[ann.id], 'drafted', told]);
  assert.deepEqual(await kept(ann), [told]);
  assert.deepEqual(await kept(bob), []);
  await rejected(keep(ann, other.group, 'not there'), 'not_member');
  const later = await keep(ann, group, 'half a thought');
  assert.deepEqual(await kept(ann), [{ conversation: group, text: 'half a thought', at: later.at }]);
  await keep(ann, group, '');
  assert.deepEqual(await kept(ann), []);
  await keep(ann, group, '', seq);
  assert.equal((await kept(ann))[0]!.replyTo, seq);
});

test('a draft keeps whom it means, on all devices, until its text is another', async () => {
  const { people, group } = await crew(2);
  const [ann, bob] = people as [Profile, Profile];
  const mentions = [{ user: bob.id, at: 5, length: 4 }];
  const typed = { conversation: group, text: 'well @bob', mentions };
  const { at } = await nodeAt(0).ask(draft, 'draft', ann, typed);
  assert.deepEqual(nodeAt(0).publisher.pushed.at(-1)!.body, { ...typed, at });
  assert.deepEqual(await kept(ann), [{ ...typed, at }]);
  // As a pod of the release before does.
  await mysql.db.run("UPDATE drafts SET text = 'short' WHERE user_id = ?", [ann.id]);
  assert.deepEqual(await kept(ann), [{ conversation: group, text: 'short', at }]);
  await keep(ann, group, 'well @bob, then');
  assert.equal((await kept(ann))[0]!.mentions, undefined);
  const beyond = { ...typed, mentions: [{ user: bob.id, at: 5, length: 5 }] };
  assert.throws(() => nodeAt(0).ask(draft, 'draft', ann, beyond));
});

test('drafts are bounded, and listed page by page', async () => {
  const { people, group } = await crew(2);
  const [ann, bob] = people as [Profile, Profile];
  await rejected(keep(ann, group, 'x'.repeat(20_000)), 'too_large');
  await rejected(keep(ann, group, '\ud800'), 'bad_request');
  const [eve] = (await createPeople(mysql.db, 1)) as [Profile];
  await rejected(keep(eve, group, 'hello'), 'not_member');
  const rows = Array.from({ length: limits.maxDrafts - 1 }, (_, index) => [ann.id, 100_000 + index]);
  await mysql.db.run(
    `INSERT INTO drafts (user_id, conversation_id, at, text) VALUES ${rows.map(() => "(?, ?, 1, 'x')").join(',')}`,
    rows.flat(),
  );
  await keep(ann, group, 'the last one');
  await keep(ann, group, 'the last one, longer');
  const all = await kept(ann, 200);
  assert.deepEqual([all.length, new Set(all.map((one) => one.conversation)).size], [500, 500]);
  const direct = await crew(2);
  await mysql.db.run('UPDATE members SET user_id = ? WHERE conversation_id = ? AND user_id = ?', [
    ...[ann.id, direct.group, direct.people[1]!.id],
  ]);
  await rejected(keep(ann, direct.group, 'one too many'), 'limit_reached');
  assert.equal((await kept(ann, 200)).length, 500);
  // What a former member had typed is theirs still.
  await keep(bob, group, 'never sent');
  await nodeAt(0).ask(groupLeave, 'groupLeave', bob, { conversation: group });
  assert.equal((await kept(bob)).length, 1);
});
