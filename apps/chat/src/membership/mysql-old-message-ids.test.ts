import assert from 'node:assert/strict';
import { test } from 'node:test';
import { useMysql } from '@berth/fixtures';
import fc from 'fast-check';
import type { Database } from '../stores/guarded-mysql.ts';
import { MysqlOldMessageIds } from './mysql-old-message-ids.ts';

const store = useMysql();
const firstId = 16_777_216;

/** Node for node: what one gave out the others read. */
const createNode = (mysql: Database = store.db, maxRanges?: number) =>
  new MysqlOldMessageIds({ mysql, ...(maxRanges !== undefined && { maxRanges }) });

const idOf = async (ids: MysqlOldMessageIds, conversation: number, seq: number): Promise<number> =>
  (await ids.upTo(conversation, seq))(seq);

test('of whatever nodes ask for in whatever order, numbers are unique over all conversations, ascend within each and stay', async () => {
  const ask = fc.record({
    node: fc.integer({ min: 0, max: 2 }),
    conversation: fc.integer({ min: 1, max: 5 }),
    seq: fc.integer({ min: 1, max: 400 }),
  });
  let base = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(ask, { minLength: 1, maxLength: 40 }), async (asks) => {
      base += 10;
      const nodes = [createNode(), createNode(), createNode(store.db, 1)];
      const told = await Promise.all(
        asks.map(async ({ node, conversation, seq }) => {
          const of = base + conversation;
          return { of, seq, id: await idOf(nodes[node]!, of, seq) };
        }),
      );
      const afresh = createNode();
      const bySeq = new Map<string, number>();
      for (const { of, seq, id } of told) {
        assert.ok(id >= firstId && id < 2 ** 31, `${id}`);
        assert.equal(bySeq.get(`${of} ${seq}`) ?? id, id);
        bySeq.set(`${of} ${seq}`, id);
        assert.equal(await idOf(afresh, of, seq), id, 'the same on a node that comes later');
        assert.equal(await afresh.seqAt(of, id), seq);
      }
      assert.equal(new Set(bySeq.values()).size, bySeq.size, 'unique');
      for (const one of told)
        for (const other of told)
          if (one.of === other.of && one.seq < other.seq) assert.ok(one.id < other.id, 'ascending');
    }),
    { numRuns: 30 },
  );
});

test('ranges of all conversations together have neither gaps nor overlaps', async () => {
  const rows = await store.db.rows<{ first_id: number; length: number }>(
    'SELECT first_id, length FROM old_message_ranges ORDER BY first_id',
  );
  assert.ok(rows.length > 10);
  let next = firstId;
  for (const { first_id, length } of rows) {
    assert.equal(first_id, next);
    next += length;
  }
});

test('a number of another conversation, or of nothing, stands for the last message below it', async () => {
  const ids = createNode();
  const [one, other] = [1_001, 1_002];
  const first = await idOf(ids, one, 10);
  const foreign = await idOf(ids, other, 1);
  const later = await idOf(ids, one, 100);
  assert.ok(first < foreign && foreign < later);
  assert.equal(await ids.seqAt(one, foreign), 64, 'the last of the first range');
  assert.equal(await ids.seqAt(one, first - 10), 0);
  assert.equal(await ids.seqAt(one, 2 ** 31 - 1), 128);
  assert.equal(await ids.seqAt(9_999, foreign), 0, 'a conversation without numbers');
});

test('a number of an earlier release is the seq that it was', async () => {
  const ids = createNode();
  await idOf(ids, 1_101, 50);
  for (const seq of [0, 1, 35, 1_000]) assert.equal(await ids.seqAt(1_101, seq), seq);
});

test('what is known is not asked for again, a number that another node gave out is', async () => {
  let statements = 0;
  const counting = {
    rows: (...call: Parameters<Database['rows']>) => {
      statements++;
      return store.db.rows(...call);
    },
    run: (...call: Parameters<Database['run']>) => {
      statements++;
      return store.db.run(...call);
    },
  } as unknown as Database;
  const ids = createNode(counting);
  await idOf(ids, 1_201, 1);
  const before = statements;
  for (let seq = 1; seq <= 64; seq++) await ids.seqAt(1_201, await idOf(ids, 1_201, seq));
  assert.equal(statements, before);
  const elsewhere = await idOf(createNode(), 1_201, 65);
  assert.equal(await ids.seqAt(1_201, elsewhere), 65);
  assert.equal(await idOf(ids, 1_201, 65), elsewhere);
});

test('a conversation of a million messages takes a handful of rows', async () => {
  const ids = createNode();
  for (let seq = 1; seq <= 1_000_000; seq += 50) await idOf(ids, 1_301, seq);
  const [row] = await store.db.rows<{ count: number }>(
    'SELECT COUNT(*) AS count FROM old_message_ranges WHERE conversation_id = 1301',
  );
  assert.ok(Number(row!.count) < 32, `${row!.count} rows`);
});

test('a node remembers no more ranges than it may', async () => {
  const ids = createNode(store.db, 100);
  await Promise.all(Array.from({ length: 500 }, (_, index) => idOf(ids, 2_000 + index, 1)));
  assert.ok(ids.size <= 100, `${ids.size} ranges`);
});

test('when there is no number left that is said, and nothing is told twice', async () => {
  const rows = await store.db.rows<{ next: number }>(
    'SELECT MAX(first_id + length) AS next FROM old_message_ranges',
  );
  await store.db.run('INSERT INTO old_message_ranges VALUES (3000, 1, ?, ?)', [
    Number(rows[0]!.next),
    2 ** 31 - Number(rows[0]!.next) - 10,
  ]);
  const ids = createNode();
  await assert.rejects(idOf(ids, 3_001, 1), /no numbers left/);
  assert.ok((await idOf(ids, 3_000, 1)) > firstId, 'what has its number keeps it');
});
