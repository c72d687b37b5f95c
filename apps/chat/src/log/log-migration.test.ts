import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { test } from 'node:test';
import { useMysql } from '@berth/fixtures';
import { Mysql, migrate } from '@berth/mysql';
import type { Profile } from '@berth/wire';
import { conversation as conversationHandler } from '../handlers/conversation.ts';
import { conversations } from '../handlers/conversations.ts';
import { groupRemove } from '../handlers/group-remove.ts';
import { send } from '../handlers/send.ts';
import { sync } from '../handlers/sync.ts';
import { createStoredNode } from '../stores.fixture.ts';

const mysql = useMysql();
const migrations = join(import.meta.dirname, '../../../../packages/mysql/migrations');
/** The last schema in which a row was written for the head of each message. */
const lastBefore = 9;
const groups = 10_000;
const each = 100;
/** Whose lists are looked at; a part of the groups is enough for that. */
const listed = 500;

const folderOf = (all: string[], upTo: number) => all.filter((file) => Number(file.slice(0, 4)) <= upTo);

/** A million messages in groups of four: one from the start, one who came back, one who left, one who was always there. */
async function generate(db: Mysql): Promise<void> {
  const connection = await db.acquire();
  for (const limit of ['cte_max_recursion_depth', 'max_recursive_iterations']) {
    await connection.query(`SET SESSION ${limit} = 2000000`).catch(() => {});
  }
  const numbers = (name: string, count: number) =>
    `${name}(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM ${name} WHERE n < ${count})`;
  const all = [
    `INSERT INTO users (id, email_key, name_key, name, nick, password_hash, created_at)
     WITH RECURSIVE ${numbers('u', 4)} SELECT n, CONCAT('p', n), CONCAT('p', n), CONCAT('p', n), CONCAT('p', n), '', 1 FROM u`,
    `INSERT INTO conversations (id, kind, title, created_by, head_seq, last_at, members_version, member_count, created_at)
     WITH RECURSIVE ${numbers('c', groups)} SELECT n, 2, 'old', 1, ${each}, ${each} + n, 150, 3, 1 FROM c`,
    `INSERT INTO members (conversation_id, user_id, role, joined_seq, left_seq, read_seq, received_seq)
     WITH RECURSIVE ${numbers('c', groups)}
     SELECT n, 1, 2, 0, NULL, 30, 30 FROM c UNION ALL SELECT n, 2, 0, 40, NULL, 15, 15 FROM c
     UNION ALL SELECT n, 3, 0, 0, 60, 50, 50 FROM c UNION ALL SELECT n, 4, 0, 0, NULL, ${each}, ${each} FROM c`,
    `INSERT INTO member_intervals (conversation_id, user_id, joined_seq, left_seq)
     WITH RECURSIVE ${numbers('c', groups)} SELECT n, 2, 10, 20 FROM c`,
    `INSERT INTO user_conversations (user_id, conversation_id, kind, member, joined_at)
     WITH RECURSIVE ${numbers('c', listed)}, ${numbers('u', 4)} SELECT u.n, c.n, 2, u.n <> 3, 1 FROM c, u`,
  ];
  for (const statement of all) await connection.query(statement);
  // In the order of the key, a tenth at a time.
  for (let first = 0; first < groups; first += groups / 10) {
    await connection.query(
      `INSERT INTO messages (conversation_id, seq, sender_id, cid, sent_at, text)
       WITH RECURSIVE ${numbers('c', groups / 10)}, ${numbers('s', each)}
       SELECT ${first} + c.n, s.n, 4, s.n, s.n, CONCAT('text ', s.n) FROM c, s ORDER BY c.n, s.n`,
    );
  }
  connection.release();
}

/** A process that migrates and is killed so many milliseconds after it began. */
async function migrateAndDie(url: string, afterMs: number): Promise<void> {
  const program = `import { Mysql, migrate } from '@berth/mysql';
    const db = new Mysql({ url: process.env.TEST_URL });
    await db.rows('SELECT 1');
    process.stdout.write('begun');
    await migrate(db);
    await db.close();`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    cwd: import.meta.dirname,
    env: { ...process.env, TEST_URL: url },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  await Promise.race([once(child.stdout, 'data'), ended]);
  const timer = setTimeout(() => child.kill('SIGKILL'), afterMs);
  await ended;
  clearTimeout(timer);
}

test('a database of a million messages becomes one of logs, though the migration is killed again and again', async (t) => {
  const name = `berth_old_${randomBytes(6).toString('hex')}`;
  await mysql.db.run(`CREATE DATABASE ${name} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`);
  const url = mysql.url.replace(/\/\w+$/, `/${name}`);
  const db = new Mysql({ url, queryTimeoutMs: 120_000 });
  const before = await mkdtemp(join(tmpdir(), 'berth-migrations-'));
  for (const file of folderOf(await readdir(migrations), lastBefore)) {
    await cp(join(migrations, file), join(before, file));
  }
  await migrate(db, before);
  await generate(db);
  for (const afterMs of [0, 4, 8, 12, 20, 30]) await migrateAndDie(url, afterMs);
  const startedAt = performance.now();
  await migrate(db);
  t.diagnostic(`the last run took ${Math.round(performance.now() - startedAt)} ms`);
  assert.deepEqual(await migrate(db), []);
  const [count] = await db.rows<{ n: number }>(
    'SELECT COUNT(*) AS n FROM messages WHERE kind = 0 AND uncounted = 0',
  );
  assert.equal(Number(count!.n), groups * each);
  // What an earlier release does before it writes.
  await assert.rejects(
    db.rows('SELECT id, head_seq, members_version FROM conversations WHERE id = 1 FOR UPDATE'),
    {
      errno: 1054,
    },
  );

  const node = createStoredNode(url);
  const people = await db.rows<Profile>(
    'SELECT id, name, nick, description, sex, icon FROM users ORDER BY id',
  );
  const [ann, back, gone, always] = people as [Profile, Profile, Profile, Profile];
  const expected = new Map([
    [ann, { head: each, from: 1, unread: each - 30, member: true, last: `text ${each}` }],
    [back, { head: each, from: 11, unread: 5 + (each - 40), member: true, last: `text ${each}` }],
    [gone, { head: 60, from: 1, unread: 10, member: false, last: 'text 60' }],
    [always, { head: each, from: 1, unread: 0, member: true, last: `text ${each}` }],
  ]);
  for (const [person, wanted] of expected) {
    const page = await node.ask(conversations, 'conversations', person, { limit: 20 });
    assert.equal(page.conversations.length, 20);
    for (const { head, from, unread, member, last } of page.conversations) {
      assert.deepEqual({ head, from, unread, member, last: last?.text }, wanted);
    }
    // The latest first, by what the rows of before said.
    if (wanted.member) assert.equal(page.conversations[0]!.conversation, listed);
  }
  const seen = await node.ask(sync, 'sync', back, { conversation: 7, after: 0, limit: 100 });
  const seqs = seen.messages.map(({ seq }) => seq);
  assert.deepEqual([seqs[0], seqs[9], seqs[10], seqs.at(-1), seqs.length], [11, 20, 41, each, 70]);

  const sent = await node.ask(send, 'send', ann, { conversation: 7, cid: 'new', text: 'goes on' });
  assert.equal(sent.seq, each + 1);
  await node.ask(groupRemove, 'groupRemove', ann, { conversation: 7, user: back.id });
  assert.equal(
    (await node.ask(send, 'send', ann, { conversation: 7, cid: 'newer', text: 'and on' })).seq,
    each + 3,
  );
  const unreadOf = async (person: Profile) =>
    (await node.ask(conversationHandler, 'conversation', person, { conversation: 7 })).conversation;
  assert.equal((await unreadOf(always)).unread, 0 + 2);
  const left = await unreadOf(back);
  assert.deepEqual([left.head, left.unread, left.member], [each + 2, 5 + (each - 40) + 1, false]);
  await node.close();
  await db.close();
  await mysql.db.run(`DROP DATABASE ${name}`);
  await rm(before, { recursive: true });
});
