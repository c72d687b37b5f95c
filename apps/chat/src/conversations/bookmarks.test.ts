import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limits, type Profile } from '@berth/wire';
import { bookmark } from '../handlers/bookmark.ts';
import { bookmarks } from '../handlers/bookmarks.ts';
import { groupJoin } from '../handlers/group-join.ts';
import { groupLeave } from '../handlers/group-leave.ts';
import { groupSettings } from '../handlers/group-settings.ts';
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

test('marks in many groups are read together', async () => {
  const crews = await Promise.all(Array.from({ length: 6 }, () => crew(2)));
  const [ann] = (await createPeople(mysql.db, 1)) as [Profile];
  for (const [index, { people, group }] of crews.entries()) {
    const owner = people[0]!;
    const settings = { conversation: group, open: true };
    await nodeAt(0).ask(groupSettings, 'groupSettings', owner, settings);
    await nodeAt(0).ask(groupJoin, 'groupJoin', ann, { conversation: group });
    await mark(ann, group, await say(owner, group, `text ${index}`));
  }
  const { context } = nodeAt(1);
  const asked = async (limit: number) => {
    const statements: string[] = [];
    const rows = context.mysql.rows;
    context.mysql.rows = (sql, ...params) => {
      statements.push(sql);
      return rows.call(context.mysql, sql, ...params) as never;
    };
    const { messages } = await nodeAt(1).ask(bookmarks, 'bookmarks', ann, { limit });
    context.mysql.rows = rows;
    assert.equal(messages.length, limit);
    return statements.length;
  };
  const one = await asked(1);
  assert.equal(await asked(6), one, 'statements of six marks, and of one');
});
