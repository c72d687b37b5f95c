import assert from 'node:assert/strict';
import { test } from 'node:test';
import { useMysql } from '@berth/fixtures';
import { createDirect, createGroups } from '../log/message-writer.fixture.ts';
import type { Database } from '../stores/guarded-mysql.ts';
import { MemberDirectory } from './member-directory.ts';

const mysql = useMysql();

/** Counts the statements that go to the database. */
function createDirectory(maxBytes?: number) {
  const counter = { statements: 0 };
  const counting = {
    rows: (sql: string, params: number[]) => {
      counter.statements++;
      return mysql.db.rows(sql, params);
    },
  } as unknown as Database;
  return { counter, directory: new MemberDirectory({ mysql: counting, maxBytes }) };
}

test('many who ask at a time share two statements, and later ones need none', async () => {
  const groups = await createGroups(mysql.db, 5, 4);
  const { counter, directory } = createDirectory();
  const asked = groups.flatMap((group) => [1, 2, 3, 4].map((user) => directory.membership(group, user)));
  await Promise.all(asked);
  assert.equal(counter.statements, 2);
  for (const group of groups) assert.equal(directory.cached(group, 3)?.membersVersion, 0);
  await directory.membership(groups[0]!, 2);
  assert.equal(counter.statements, 2);
});

test('a direct conversation shows both, a stranger is no member, and what is not there is refused', async () => {
  const conversation = await createDirect(mysql.db, 21, 22);
  const { directory } = createDirectory();
  const standing = await directory.standing(conversation, 22);
  assert.deepEqual([standing.direct, standing.member?.friend, standing.peer?.friend], [[21, 22], true, true]);
  assert.equal((await directory.standing(conversation, 23)).member, undefined);
  await assert.rejects(directory.membership(conversation, 23), { code: 'not_member' });
  await assert.rejects(directory.standing(0x7fff_ffff, 21), { code: 'not_member' });
});

test('a newer version voids what was cached below it, an older one does not', async () => {
  const [group] = (await createGroups(mysql.db, 1, 2)) as [number];
  const { counter, directory } = createDirectory();
  await directory.membership(group, 1);
  directory.membersChanged(group, 0);
  assert.ok(directory.cached(group, 1));
  await mysql.db.run('UPDATE conversations SET members_version = 2 WHERE id = ?', [group]);
  await mysql.db.run('UPDATE members SET left_seq = 0 WHERE conversation_id = ? AND user_id = 1', [group]);
  directory.membersChanged(group, 2);
  assert.equal(directory.cached(group, 1), undefined);
  await assert.rejects(directory.membership(group, 1), { code: 'not_member' });
  assert.equal(counter.statements, 4);
  assert.equal((await directory.standing(group, 2, 2)).membersVersion, 2);
});

test('the cache keeps within its bytes and forgets what was used longest ago', async () => {
  const groups = await createGroups(mysql.db, 6, 1);
  const { directory } = createDirectory(3 * 600);
  for (const group of groups) await directory.membership(group, 1);
  assert.deepEqual(
    groups.map((group) => directory.cached(group, 1) !== undefined),
    [false, false, false, true, true, true],
  );
});
