import assert from 'node:assert/strict';
import { test } from 'node:test';
import { useMysql } from '@berth/fixtures';
import fc from 'fast-check';
import {
  isFoundBy,
  repairUserWords,
  soughtWords,
  usersByWord,
  wordsOf,
  writeUserWords,
} from './user-words.ts';

const mysql = useMysql();

const isFound = (nick: string, query: string): boolean => isFoundBy(nick, soughtWords(query));

test('a nick is found by the beginning of any word, in any order, without case, accents and widths', () => {
  for (const query of ['ann', 'ANN', 'br', 'brien', 'o’br', 'brien ann', 'zoe', 'ＡＮＮ'])
    assert.ok(isFound('Ann Zoë O’Brien', query), query);
  for (const query of ['nn', 'rien', 'bob', 'ann bob']) assert.ok(!isFound('Ann Zoë O’Brien', query), query);
});

test('scripts that are written without spaces are found by every part', () => {
  for (const query of ['王小明', '小明', '明', '王', '小', '明lee', 'lee', 'LEE明'.slice(0, 3)])
    assert.ok(isFound('王小明Lee', query), query);
  for (const query of ['王明', '明王', 'ee']) assert.ok(!isFound('王小明Lee', query), query);
  assert.ok(isFound('さくら', 'くら'));
  assert.ok(isFound('สมชาย', 'ชาย'));
});

test('whatever is sought is found in a nick that begins with it, and no word is too long for its column', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 64 }), (nick) => {
      const sought = soughtWords(nick);
      assert.ok(isFoundBy(nick, sought));
      for (const word of [...wordsOf(nick), ...sought]) assert.ok(Buffer.byteLength(word) <= 96);
    }),
  );
});

async function addUser(nick: string): Promise<number> {
  const key = Buffer.from(`${Math.random()}`);
  const { insertId } = await mysql.db.run(
    "INSERT INTO users (email_key, name_key, name, nick, password_hash, created_at) VALUES (?, ?, 'n', ?, '', 1)",
    [key, key, nick],
  );
  return insertId;
}

const stale = () => mysql.db.rows('SELECT id FROM users WHERE words_stale = 1');

test('users of before there were words, and nicks that were changed without them, are repaired', async () => {
  const ids: number[] = [];
  for (let index = 0; index < 5; index++) ids.push(await addUser(`Keeper ${index}`));
  assert.equal((await stale()).length, 5);
  assert.equal(await repairUserWords(mysql.db, 3), 3);
  assert.equal(await repairUserWords(mysql.db, 3), 2);
  assert.equal(await repairUserWords(mysql.db, 3), 0);
  assert.deepEqual(await usersByWord(mysql.db, 'keep', 10), ids);
  assert.deepEqual(await usersByWord(mysql.db, 'keep', 2), ids.slice(0, 2));

  await mysql.db.run("UPDATE users SET nick = '灯塔看守' WHERE id = ?", [ids[0]!]);
  await repairUserWords(mysql.db, 3);
  assert.deepEqual(await usersByWord(mysql.db, '看守', 10), [ids[0]]);
  assert.deepEqual(await usersByWord(mysql.db, 'keep', 10), ids.slice(1));
});

test('two who change one nick at a time leave the words of the last', async () => {
  const id = await addUser('first');
  await Promise.all(
    ['second mate', 'third mate', 'fourth mate'].map((nick) =>
      mysql.db.transaction(async (tx) => {
        await tx.run('UPDATE users SET nick = ? WHERE id = ?', [nick, id]);
        await writeUserWords(tx, id);
      }),
    ),
  );
  const [row] = await mysql.db.rows<{ nick: string }>('SELECT nick FROM users WHERE id = ?', [id]);
  const words = await mysql.db.rows<{ word: Buffer }>('SELECT word FROM user_words WHERE user_id = ?', [id]);
  assert.deepEqual(words.map(({ word }) => word.toString()).sort(), wordsOf(row!.nick).sort());
});
