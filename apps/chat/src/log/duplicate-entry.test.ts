import assert from 'node:assert/strict';
import { test } from 'node:test';
import { useMysql } from '@berth/fixtures';
import { duplicateEntryOf } from './duplicate-entry.ts';

const mysql = useMysql();

const insert = (conversation: number, seq: number, sender: number, cid: string) =>
  mysql.db
    .run(
      "INSERT INTO messages (conversation_id, seq, sender_id, cid, sent_at, text) VALUES (?, ?, ?, ?, 1, '')",
      [conversation, seq, sender, cid],
    )
    .then(
      () => undefined,
      (error: unknown) => error,
    );

test('a violation is known by its key and conversation, whatever a cid spells', async () => {
  const cids = ['plain', "x' for key 'PRIMARY'", "9-9' for key 'PRI", "'", '7-7', '名字'];
  for (const [index, cid] of cids.entries()) {
    assert.equal(await insert(12, index + 1, 5, cid), undefined);
    assert.deepEqual(duplicateEntryOf(await insert(12, 100 + index, 5, cid)), {
      by: 'cid',
      conversation: 12,
    });
    assert.deepEqual(duplicateEntryOf(await insert(12, index + 1, 6, cid)), { by: 'seq', conversation: 12 });
  }
  assert.equal(duplicateEntryOf(new Error('no server')), undefined);
});
