import assert from 'node:assert/strict';
import { test } from 'node:test';
import { useMysql } from '@berth/fixtures';
import { type Tx, txOn } from '@berth/mysql';
import { readGoneOn, readLogEnds, readLogged } from './log-ends.ts';
import { LogHints } from './log-hints.ts';
import { createGroups, createWritingNode } from './message-writer.fixture.ts';

const mysql = useMysql();

test('the end of a log is what was appended last, and the hint that a reader leaves spares the next one the search', async () => {
  const node = createWritingNode({ url: mysql.url });
  const groups = await createGroups(mysql.db, 21, 1);
  for (const [index, group] of groups.entries()) {
    for (let seq = 1; seq <= index; seq++) await node.send(group, 1, `${seq}`);
  }
  const hints = new LogHints(mysql.db);
  let found = 0;
  const read = () =>
    readLogged(mysql.db, groups, (conversation, end) => {
      found++;
      hints.note(conversation, end);
    });
  const headsOf = (logged: Awaited<ReturnType<typeof read>>) =>
    groups.map((group) => logged.get(group)!.head);
  assert.deepEqual(headsOf(await read()), [...groups.keys()]);
  assert.equal(found, 20);
  await hints.close();
  const ends = await read();
  assert.deepEqual(headsOf(ends), [...groups.keys()]);
  assert.equal(found, 20);
  const rows = await mysql.db.rows<{ sent_at: number }>(
    'SELECT sent_at FROM messages WHERE conversation_id = ? AND seq = 20',
    [groups[20]!],
  );
  assert.equal(ends.get(groups[20]!)!.lastAt, rows[0]!.sent_at);
  // What is noted late changes nothing.
  hints.note(groups[20]!, { seq: 3, uncounted: 1, at: 7, membersVersion: 0 });
  await hints.close();
  assert.deepEqual(await read(), ends);
  assert.equal(found, 20);
  await node.send(groups[20]!, 1, 'on');
  assert.equal((await read()).get(groups[20]!)!.head, 21);
  assert.equal(found, 21);
  await node.close();
});

/** Rows that the server has looked at for this session. */
async function rowsRead(db: Tx): Promise<number> {
  const rows = await db.rows<{ Value: string }>("SHOW SESSION STATUS LIKE 'Handler\\_read%'");
  return rows.reduce((sum, { Value }) => sum + Number(Value), 0);
}

test('however long logs are, their ends are read by one descent each, and so is whether they go on', async () => {
  const [long, short, empty] = (await createGroups(mysql.db, 3, 1)) as [number, number, number];
  const insert = async (group: number, count: number) => {
    const rows = Array.from(
      { length: count },
      (_, index) => `(${group}, ${index + 1}, 1, 'c${index}', 7, 'x')`,
    );
    await mysql.db.run(
      `INSERT INTO messages (conversation_id, seq, sender_id, cid, sent_at, text) VALUES ${rows.join(',')}`,
    );
  };
  await insert(long, 2_000);
  await insert(short, 3);
  const connection = await mysql.db.acquire();
  try {
    const db = txOn(connection);
    await readLogEnds(db, [long]);
    const before = await rowsRead(db);
    const told = (await rowsRead(db)) - before;
    const start = await rowsRead(db);
    const ends = await readLogEnds(db, [long, short, empty, 4_000_000_000]);
    const read = (await rowsRead(db)) - start - told;
    const end = { uncounted: 0, membersVersion: 0 };
    assert.deepEqual(
      [...ends].sort(([a], [b]) => a - b),
      [
        [long, { ...end, seq: 2_000, at: 7 }],
        [short, { ...end, seq: 3, at: 7 }],
        [empty, { ...end, seq: 0, at: 0 }],
      ],
    );
    assert.ok(read <= 40, `${read} rows were looked at`);
    const places = [long, short, empty].flatMap((conversation) => [{ conversation, seq: 2 }]);
    await readGoneOn(db, places);
    const asked = await rowsRead(db);
    assert.deepEqual((await readGoneOn(db, places)).sort(), [long, short].sort());
    const looked = (await rowsRead(db)) - asked - told;
    assert.ok(looked <= 12, `${looked} rows were looked at`);
    const ended = [long, short, empty].map((conversation, at) => ({ conversation, seq: [2_000, 3, 0][at]! }));
    assert.deepEqual(await readGoneOn(db, ended), []);
  } finally {
    connection.release();
  }
});
