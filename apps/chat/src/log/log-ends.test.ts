import assert from 'node:assert/strict';
import { test } from 'node:test';
import { useMysql } from '@berth/fixtures';
import { readLogged } from './log-ends.ts';
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
