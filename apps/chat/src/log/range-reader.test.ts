import assert from 'node:assert/strict';
import { test } from 'node:test';
import { useMysql } from '@berth/fixtures';
import type { Database } from '../stores/guarded-mysql.ts';
import { RangeReader, type StoredMessage } from './range-reader.ts';

const mysql = useMysql();

/** Counts the statements that go to the database. */
function createReader(maxCachedBytes?: number) {
  const counter = { statements: 0 };
  const counting = {
    rows: (sql: string, params: number[]) => {
      counter.statements++;
      return mysql.db.rows(sql, params);
    },
  } as unknown as Database;
  return { counter, reader: new RangeReader({ mysql: counting, maxCachedBytes }) };
}

async function store(conversation: number, from: number, to: number): Promise<void> {
  for (let seq = from; seq <= to; seq++) {
    await mysql.db.run(
      'INSERT INTO messages (conversation_id, seq, sender_id, cid, sent_at, text) VALUES (?, ?, 1, ?, ?, ?)',
      [conversation, seq, `cid ${seq}`, 1_000 + seq, `text ${seq}`],
    );
  }
}

const unchanged = (id: number) => ({ id, changed: 0 });
const seqsOf = (stored: StoredMessage[]) => stored.map(({ message }) => message.seq);
const upTo = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

test('a range is read once for all who ask for it, and never again', async () => {
  await store(1, 1, 150);
  const { counter, reader } = createReader();
  const range = [{ from: 60, to: 140 }];
  const answers = await Promise.all(upTo(1, 100).map(() => reader.read(unchanged(1), range)));
  for (const stored of answers) assert.deepEqual(seqsOf(stored), upTo(60, 140));
  assert.equal(counter.statements, 1);
  await reader.read(unchanged(1), [{ from: 65, to: 128 }]);
  assert.equal(counter.statements, 1);
});

test('the last block is read again only for what was written since', async () => {
  await store(2, 1, 10);
  const { counter, reader } = createReader();
  assert.deepEqual(seqsOf(await reader.read(unchanged(2), [{ from: 5, to: 10 }])), upTo(5, 10));
  await store(2, 11, 12);
  assert.deepEqual(seqsOf(await reader.read(unchanged(2), [{ from: 1, to: 10 }])), upTo(1, 10));
  assert.equal(counter.statements, 1);
  assert.deepEqual(seqsOf(await reader.read(unchanged(2), [{ from: 9, to: 12 }])), upTo(9, 12));
  assert.equal(counter.statements, 2);
});

test('several ranges come in their order, and single messages of many conversations in one statement', async () => {
  await store(3, 1, 20);
  await store(4, 1, 3);
  const { counter, reader } = createReader();
  const stored = await reader.read(unchanged(3), [
    { from: 2, to: 3 },
    { from: 18, to: 20 },
  ]);
  assert.deepEqual(seqsOf(stored), [2, 3, 18, 19, 20]);
  const { message, bytes } = stored[0]!;
  assert.deepEqual(message, {
    conversation: 3,
    seq: 2,
    sender: 1,
    cid: 'cid 2',
    sentAt: 1_002,
    text: 'text 2',
  });
  assert.equal(bytes, JSON.stringify(message).length);
  const last = await reader.readAt([
    { conversation: 3, seq: 20, changed: 0 },
    { conversation: 4, seq: 3, changed: 0 },
    { conversation: 5, seq: 0, changed: 0 },
  ]);
  assert.deepEqual([...last.values()].map(({ message }) => message.text).sort(), ['text 20', 'text 3']);
  assert.equal(counter.statements, 2);
});

test('the cache keeps within its bytes', async () => {
  await store(6, 1, 64);
  await store(7, 1, 64);
  const { counter, reader } = createReader(25_000);
  const whole = [{ from: 1, to: 64 }];
  await reader.read(unchanged(6), whole);
  await reader.read(unchanged(7), whole);
  await reader.read(unchanged(7), whole);
  assert.equal(counter.statements, 2);
  await reader.read(unchanged(6), whole);
  assert.equal(counter.statements, 3);
});

test('what was kept is read again once a message of the conversation has changed', async () => {
  await store(8, 1, 3);
  const { counter, reader } = createReader();
  const range = [{ from: 1, to: 3 }];
  await reader.read({ id: 8, changed: 4 }, range);
  await reader.read({ id: 8, changed: 4 }, range);
  await reader.read({ id: 8, changed: 3 }, range);
  assert.equal(counter.statements, 1);
  await mysql.db.run("UPDATE messages SET text = 'another' WHERE conversation_id = 8 AND seq = 2");
  const stored = await reader.read({ id: 8, changed: 5 }, range);
  assert.deepEqual(
    stored.map(({ message }) => message.text),
    ['text 1', 'another', 'text 3'],
  );
  assert.equal(counter.statements, 2);
});

test('an entry of a kind that a later release made shows nothing, whatever it holds', async () => {
  await store(9, 1, 3);
  await mysql.db.run(
    "UPDATE messages SET kind = 200, text = 'no details' WHERE conversation_id = 9 AND seq = 2",
  );
  const { reader } = createReader();
  const stored = await reader.read(unchanged(9), [{ from: 1, to: 3 }]);
  assert.deepEqual(
    stored.map(({ message }) => [message.kind, message.text]),
    [
      [undefined, 'text 1'],
      ['fence', ''],
      [undefined, 'text 3'],
    ],
  );
});
