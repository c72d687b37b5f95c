import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limits, type Profile } from '@berth/wire';
import { bookmark } from '../handlers/bookmark.ts';
import { bookmarks } from '../handlers/bookmarks.ts';
import { groupLeave } from '../handlers/group-leave.ts';
import { hide } from '../handlers/hide.ts';
import { recall } from '../handlers/recall.ts';
import { createPeople } from '../stores.fixture.ts';
import { useCrews } from './crew.fixture.ts';

const { mysql, nodeAt, cid, crew, say, rejected } = useCrews();

const mark = (who: Profile, conversation: number, target: number, on = true) =>
  nodeAt(0).ask(bookmark, 'bookmark', who, { conversation, target, on });

async function marked(who: Profile, conversation?: number, limit = 50): Promise<string[]> {
  const found: string[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await nodeAt(1).ask(bookmarks, 'bookmarks', who, {
      ...{ limit, ...(conversation !== undefined && { conversation }) },
      ...(cursor && { cursor }),
    });
    found.push(...page.messages.map(({ text, recalledBy }) => (recalledBy ? 'gone' : text)));
    cursor = page.cursor;
    if (cursor === undefined) return found;
  }
}

test('marks are one’s own, from all conversations, and on every device', async () => {
  const one = await crew(3);
  const [ann, bob] = one.people as [Profile, Profile];
  const first = await say(bob, one.group, 'the code of the gate');
  const second = await say(bob, one.group, 'the tide table');
  await mark(ann, one.group, first);
  assert.deepEqual(nodeAt(0).publisher.pushed.at(-1), {
    ...{ frame: 'bookmarked', body: { conversation: one.group, target: first, on: true } },
    ...{ users: [ann.id], conversation: undefined },
  });
  await mysql.db.run('UPDATE bookmarks SET at = at - 5 WHERE user_id = ?', [ann.id]);
  await mark(ann, one.group, second);
  await mark(ann, one.group, second);
  assert.deepEqual(await marked(ann), ['the tide table', 'the code of the gate']);
  assert.deepEqual(await marked(ann, undefined, 1), ['the tide table', 'the code of the gate']);
  assert.deepEqual(await marked(bob), []);
  const other = await crew(2);
  assert.deepEqual(await marked(ann, other.group), []);
  assert.deepEqual((await marked(ann, one.group)).length, 2);
  await mark(ann, one.group, second, false);
  await nodeAt(0).ask(recall, 'recall', bob, { conversation: one.group, cid: cid(), target: first });
  assert.deepEqual(await marked(ann), ['gone']);
  await nodeAt(0).ask(hide, 'hide', ann, { conversation: one.group, seqs: [first] });
  assert.deepEqual(await marked(ann), []);
});

test('what may not be marked has one clear code each, and what is seen no more is listed no more', async () => {
  const { people, group } = await crew(2);
  const [ann, bob] = people as [Profile, Profile];
  const [eve] = (await createPeople(mysql.db, 1)) as [Profile];
  const seq = await say(ann, group, 'one');
  await rejected(mark(eve, group, seq), 'not_member');
  await rejected(mark(ann, group, seq + 9), 'not_found');
  await mark(bob, group, seq);
  await nodeAt(0).ask(groupLeave, 'groupLeave', bob, { conversation: group });
  await rejected(mark(bob, group, await say(ann, group, 'later')), 'not_found');
  assert.deepEqual(await marked(bob), ['one'], 'a former member sees what was theirs to see');
  const rows = Array.from({ length: limits.maxBookmarks }, (_, index) => [ann.id, group, 1_000 + index]);
  await mysql.db.run(
    `INSERT INTO bookmarks (user_id, conversation_id, seq, at) VALUES ${rows.map(() => '(?, ?, ?, 1)').join(',')}`,
    rows.flat(),
  );
  await rejected(mark(ann, group, seq), 'limit_reached');
  await assert.rejects(nodeAt(0).ask(bookmarks, 'bookmarks', ann, { cursor: 'x' }), { code: 'bad_request' });
});
