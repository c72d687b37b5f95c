import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { eventually, startTestMysql, TcpProxy, useMysql } from '@berth/fixtures';
import { Mysql, migrate, txOn } from '@berth/mysql';
import { appendEntries } from './append-entries.ts';
import {
  createGroups,
  createWritingNode,
  headOf,
  newCid,
  storedRows,
  type WritingNode,
  type WritingNodeOptions,
} from './message-writer.fixture.ts';

const mysql = useMysql();
const closers: (() => Promise<unknown>)[] = [];

after(async () => {
  for (const close of closers.reverse()) await close();
});

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
const seqsOf = (rows: { seq: number }[]) => rows.map((row) => row.seq);

function createNode(options: Partial<WritingNodeOptions> = {}): WritingNode {
  const node = createWritingNode({ url: mysql.url, ...options });
  closers.push(() => node.close());
  return node;
}

/** A node whose every statement passes a proxy. */
async function createNodeBehindProxy(
  options: Partial<WritingNodeOptions> = {},
): Promise<{ node: WritingNode; proxy: TcpProxy }> {
  const url = new URL(mysql.url);
  const proxy = await new TcpProxy({ host: url.hostname, port: Number(url.port) }).start();
  closers.push(() => proxy.close());
  url.port = String(proxy.port);
  return { node: createNode({ url: url.href, writers: 1, ...options }), proxy };
}

/** Another one appends first, so that the conversation is written in turns from here on: its head is 3. */
async function contend(node: WritingNode, conversation: number): Promise<void> {
  assert.equal((await node.send(conversation, 1, 'before')).seq, 1);
  await mysql.db.run(
    "INSERT INTO messages (conversation_id, seq, sender_id, cid, sent_at, text) VALUES (?, 2, 2, 'rival', 1, 'first')",
    [conversation],
  );
  assert.equal((await node.send(conversation, 1, 'in turn')).seq, 3);
}

/** Holds the conversation as a change of its members does: its row, and the next seq. Returns what gives it back. */
async function hold(conversation: number): Promise<() => Promise<void>> {
  const holder = await mysql.db.acquire();
  await holder.query('START TRANSACTION');
  await holder.query('SELECT id FROM conversations WHERE id = ? FOR UPDATE', [conversation]);
  await appendEntries(txOn(holder), conversation, [{ kind: 'title', sender: 1, details: {} }], 1);
  return async () => {
    await holder.query('ROLLBACK');
    holder.release();
  };
}

for (const fault of ['answer-lost', 'request-lost', 'stalled'] as const) {
  test(`an INSERT is ${fault}: every message is stored once and acknowledged with its seq`, async () => {
    const { node, proxy } = await createNodeBehindProxy({ attemptTimeoutMs: 500 });
    const [conversation] = await createGroups(mysql.db, 1, 2);
    await node.send(conversation!, 1, 'before');
    const struck = proxy.next('text 17', fault);
    const receipts = await Promise.all(upTo(30).map((index) => node.send(conversation!, 1, `text ${index}`)));
    await struck;
    const rows = await storedRows(mysql.db, conversation!);
    assert.deepEqual(seqsOf(rows), upTo(31));
    for (const [index, { seq }] of receipts.entries()) assert.equal(rows[seq - 1]!.text, `text ${index + 1}`);
    assert.deepEqual(seqsOf(node.delivered), upTo(31));
  });

  test(`a COMMIT is ${fault} while two write in turns: every message is stored once`, async () => {
    const { node, proxy } = await createNodeBehindProxy({ attemptTimeoutMs: 500 });
    const [conversation] = await createGroups(mysql.db, 1, 2);
    await contend(node, conversation!);
    const struck = proxy.next('COMMIT', fault);
    const receipts = await Promise.all(upTo(30).map((index) => node.send(conversation!, 1, `text ${index}`)));
    await struck;
    const rows = await storedRows(mysql.db, conversation!);
    assert.deepEqual(seqsOf(rows), upTo(33));
    for (const [index, { seq }] of receipts.entries()) assert.equal(rows[seq - 1]!.text, `text ${index + 1}`);
    assert.deepEqual(seqsOf(node.delivered), [1, ...upTo(31).map((seq) => seq + 2)]);
  });
}

test('a connection that is lost with a batch costs a look-up and nothing else', async () => {
  const { node, proxy } = await createNodeBehindProxy();
  const [conversation] = await createGroups(mysql.db, 1, 2);
  await node.send(conversation!, 1, 'before');
  const struck = proxy.next('lost on the way', 'answer-lost');
  const receipts = await Promise.all(upTo(10).map(() => node.send(conversation!, 1, 'lost on the way')));
  await struck;
  assert.deepEqual(
    seqsOf(receipts),
    upTo(10).map((seq) => seq + 1),
  );
  assert.deepEqual(seqsOf(await storedRows(mysql.db, conversation!)), upTo(11));
});

test('while nothing is known of an INSERT the answer is deadline, and a resend finds what became of it', async () => {
  const { node, proxy } = await createNodeBehindProxy({ deadlineMs: 3_000, attemptTimeoutMs: 20_000 });
  const [conversation] = await createGroups(mysql.db, 1, 2);
  await node.send(conversation!, 1, 'before');
  const struck = proxy.next('what became of me', 'stalled');
  const cid = newCid();
  await assert.rejects(node.send(conversation!, 1, 'what became of me', { cid }), { code: 'deadline' });
  await struck;
  const other = createNode();
  const receipt = await other.send(conversation!, 1, 'what became of me', { cid, resent: true });
  assert.equal(receipt.seq, 2);
  assert.deepEqual(seqsOf(await storedRows(mysql.db, conversation!)), [1, 2]);
});

test('a conversation that someone keeps locked delays itself alone', async () => {
  const node = createNode({ writers: 1 });
  const [stuck, ...free] = await createGroups(mysql.db, 4, 2);
  const release = await hold(stuck!);
  const waiting = upTo(8).map((index) => node.send(stuck!, 1, `stuck ${index}`));
  let freed = false;
  const held = Promise.all(waiting).then((receipts) => {
    assert.ok(freed);
    return receipts;
  });
  await Promise.all(free.map((conversation) => node.send(conversation, 1, 'first')));
  // The others were held up once, by one lock time-out; from here on they are not.
  const more = upTo(40).map((index) => node.send(free[index % 3]!, 1, `text ${index}`));
  const late = node.send(stuck!, 2, 'late');
  await Promise.all(more);
  freed = true;
  await release();
  const receipts = await held;
  assert.deepEqual(seqsOf(receipts), upTo(8));
  assert.equal((await late).seq, 9);
  for (const conversation of free) assert.ok((await headOf(mysql.db, conversation)) >= 14);
  assert.equal((await node.send(stuck!, 1, 'as before')).seq, 10);
});

test('a lock on a conversation’s row is not even noticed by messages', async () => {
  const failures: unknown[] = [];
  const node = createNode({ observe: ({ failure }) => failures.push(failure) });
  const [first, stuck, last] = await createGroups(mysql.db, 3, 2);
  const blocker = await mysql.db.acquire();
  await blocker.query('START TRANSACTION');
  await blocker.query('SELECT id FROM conversations WHERE id = ? FOR UPDATE', [stuck]);
  for (let round = 0; round < 3; round++) {
    await Promise.all([first!, stuck!, last!].map((conversation) => node.send(conversation, 1, 'free')));
  }
  await blocker.query('ROLLBACK');
  blocker.release();
  assert.deepEqual(new Set(failures), new Set([undefined]));
});

test('a conversation that stays locked is answered by the deadline as not stored', async () => {
  const node = createNode({ deadlineMs: 1_500 });
  const [stuck] = await createGroups(mysql.db, 1, 2);
  const release = await hold(stuck!);
  await assert.rejects(node.send(stuck!, 1, 'never'), (error: { code: string }) =>
    ['unavailable', 'deadline'].includes(error.code),
  );
  await release();
  await eventually('nothing waits', () => node.writer.waiting === 0);
  assert.equal((await node.send(stuck!, 1, 'now')).seq, 1);
});

test('writers that deadlock with others go on without a loss', async () => {
  const node = createNode({ writers: 4 });
  const conversations = await createGroups(mysql.db, 4, 2);
  const stop = new AbortController();
  // Locks rows against the order of the ids, which is asking for deadlocks.
  const rival = (async () => {
    while (!stop.signal.aborted) {
      await mysql.db
        .transaction(async (tx) => {
          for (const id of conversations.toReversed()) {
            await tx.rows('SELECT id FROM conversations WHERE id = ? FOR UPDATE', [id]);
          }
        })
        .catch(() => {});
      await turn();
    }
  })();
  for (let round = 0; round < 15; round++) {
    await Promise.all(upTo(40).map((index) => node.send(conversations[index % 4]!, 1, `text ${index}`)));
  }
  stop.abort();
  await rival;
  for (const conversation of conversations) {
    assert.deepEqual(seqsOf(await storedRows(mysql.db, conversation)), upTo(150));
  }
});

test('a full queue refuses with a time to come again, and what was taken is stored', async () => {
  const node = createNode({ maxMessages: 10 });
  const [conversation] = await createGroups(mysql.db, 1, 2);
  await node.directory.standing(conversation!, 1);
  const results = await Promise.allSettled(
    upTo(25).map((index) => node.send(conversation!, 1, `text ${index}`)),
  );
  const refused = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
  assert.equal(refused.length, 15);
  for (const error of refused) assert.deepEqual([error.code, error.retryAfterMs > 0], ['unavailable', true]);
  assert.deepEqual(seqsOf(await storedRows(mysql.db, conversation!)), upTo(10));
});

test('closing finishes what was taken and refuses the rest', async () => {
  const node = createWritingNode({ url: mysql.url });
  const [conversation] = await createGroups(mysql.db, 1, 2);
  await node.directory.standing(conversation!, 1);
  const sends = upTo(20).map((index) => node.send(conversation!, 1, `text ${index}`));
  while (node.writer.waiting < 20) await Promise.resolve();
  const closed = node.close();
  await assert.rejects(node.send(conversation!, 1, 'too late'), { code: 'unavailable' });
  assert.deepEqual(seqsOf(await Promise.all(sends)), upTo(20));
  await closed;
});

test('an idle writer goes on after the server has closed its connections', async () => {
  const node = createNode({ writers: 1 });
  const [conversation] = await createGroups(mysql.db, 1, 2);
  await node.send(conversation!, 1, 'first');
  const connections = await mysql.db.rows<{ id: number }>(
    "SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND command = 'Sleep' AND id <> CONNECTION_ID()",
  );
  const killer = await mysql.db.acquire();
  for (const { id } of connections) await killer.query(`KILL ${id}`).catch(() => {});
  killer.release();
  assert.equal((await node.send(conversation!, 1, 'second')).seq, 2);
});

for (const binlog of [[], ['--log-bin', '--sync-binlog=1', '--server-id=1']]) {
  test(`a server killed in mid-load and started again has lost and doubled nothing${binlog.length ? ', its binary log on' : ''}`, async () => {
    const server = await startTestMysql(binlog);
    const admin = new Mysql({ url: server.url });
    await migrate(admin);
    const conversations = await createGroups(admin, 4, 3);
    const nodes = [0, 1].map(() => createWritingNode({ url: server.url, deadlineMs: 20_000 }));
    const acknowledged: { conversation: number; seq: number; cid: string }[] = [];
    const stop = new AbortController();
    const clients = upTo(24).map(async (client) => {
      const conversation = conversations[client % 4]!;
      const sender = 1 + (client % 3);
      while (!stop.signal.aborted) {
        const cid = newCid();
        for (let resent = false; ; resent = true) {
          try {
            const { seq } = await nodes[client % 2]!.send(conversation, sender, `by ${client}`, {
              cid,
              resent,
            });
            acknowledged.push({ conversation, seq, cid });
            break;
          } catch {
            await eventually('the server answers', async () => (await admin.rows('SELECT 1')).length, 60_000);
          }
        }
      }
    });
    await eventually('the load runs', () => acknowledged.length > 300);
    await server.kill();
    const before = acknowledged.length;
    const restarted = await server.restart();
    await eventually('it goes on', () => acknowledged.length > before + 300, 60_000);
    stop.abort();
    await Promise.all(clients);
    const reader = new Mysql({ url: server.url });
    for (const conversation of conversations) {
      const rows = await storedRows(reader, conversation);
      assert.deepEqual(seqsOf(rows), upTo(rows.length));
      assert.equal(await headOf(reader, conversation), rows.length);
      assert.equal(new Set(rows.map(({ sender, cid }) => `${sender}:${cid}`)).size, rows.length);
      for (const { seq, cid } of acknowledged.filter((one) => one.conversation === conversation)) {
        assert.equal(rows[seq - 1]!.cid, cid);
      }
    }
    assert.equal(
      (await Promise.all(conversations.map((id) => headOf(reader, id)))).reduce((sum, head) => sum + head, 0),
      acknowledged.length,
    );
    for (const node of nodes) await node.close();
    for (const db of [admin, reader]) await db.close();
    await restarted.kill();
    await server.remove();
  });
}

test('without a server a message is refused as not stored, in time', async () => {
  const server = await startTestMysql();
  const admin = new Mysql({ url: server.url });
  await migrate(admin);
  const [conversation] = await createGroups(admin, 1, 1);
  const node = createWritingNode({ url: server.url, deadlineMs: 4_000 });
  await node.send(conversation!, 1, 'stored');
  await server.kill();
  const sends = await Promise.allSettled(upTo(5).map(() => node.send(conversation!, 1, 'too late')));
  for (const result of sends) {
    assert.equal(result.status, 'rejected');
    assert.ok(['unavailable', 'deadline'].includes((result as PromiseRejectedResult).reason.code));
  }
  await eventually('it is said that the store does not answer', () => node.writer.trouble !== undefined);
  const restarted = await server.restart();
  assert.ok((await node.send(conversation!, 1, 'back')).seq >= 2);
  assert.equal(node.writer.trouble, undefined);
  await node.close();
  await admin.close();
  await restarted.kill();
  await server.remove();
});
