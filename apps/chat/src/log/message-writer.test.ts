import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { eventually, TcpProxy, useMysql } from '@berth/fixtures';
import { decodeBody, type Message } from '@berth/wire';
import {
  createDirect,
  createGroups,
  createWritingNode,
  headOf,
  newCid,
  storedRows,
  type WritingNode,
} from './message-writer.fixture.ts';

const mysql = useMysql();
/** Two nodes on one database, made when first used: the database is there then. */
const nodes: WritingNode[] = [];
const nodeAt = (index: number): WritingNode => (nodes[index] ??= createWritingNode({ url: mysql.url }));
const both = {
  get node() {
    return nodeAt(0);
  },
  get other() {
    return nodeAt(1);
  },
};

after(async () => {
  for (const node of nodes) await node.close();
});

const seqsOf = (rows: { seq: number }[]) => rows.map((row) => row.seq);
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

test('a message is stored with the next seq and delivered with its receipt', async () => {
  const conversation = await createDirect(mysql.db, 11, 12);
  const first = await both.node.send(conversation, 11, 'hello');
  const second = await both.node.send(conversation, 12, 'and you', { replyTo: 1 });
  assert.deepEqual([first.seq, second.seq], [1, 2]);
  const delivery = both.node.delivered.find(
    (entry) => entry.conversation === conversation && entry.seq === 2,
  )!;
  assert.deepEqual(delivery.direct, [11, 12]);
  const body = decodeBody(delivery.frame.subarray(4)) as Message;
  assert.deepEqual(
    { ...body, cid: '' },
    { conversation, seq: 2, sender: 12, cid: '', sentAt: second.sentAt, text: 'and you', replyTo: 1 },
  );
  assert.equal(await headOf(mysql.db, conversation), 2);
});

test('what one commit brings to a conversation is handed on as one, and not more of it than fits', async () => {
  const [first, second] = (await createGroups(mysql.db, 2, 2)) as [number, number];
  const node = createWritingNode({ url: mysql.url, writers: 1 });
  await Promise.all([node.send(first, 1, 'known'), node.send(second, 1, 'known')]);
  node.runs.length = 0;
  await Promise.all(upTo(32).map((n) => node.send(n % 2 === 0 ? first : second, 1, 'x'.repeat(6_000))));
  const runs = node.runs.map(({ conversation, entries }) => [conversation, entries.map(({ seq }) => seq)]);
  const sixteen = upTo(16).map((seq) => seq + 1);
  assert.deepEqual(
    runs,
    [first, second].flatMap((conversation) => [
      [conversation, sixteen.slice(0, 10)],
      [conversation, sixteen.slice(10)],
    ]),
  );
  await node.close();
});

test('only who got the answer is spared the echo', async () => {
  const server = new URL(mysql.url);
  const proxy = await new TcpProxy({ host: server.hostname, port: Number(server.port) }).start();
  server.port = String(proxy.port);
  const node = createWritingNode({ url: server.href, deadlineMs: 3_000, attemptTimeoutMs: 20_000 });
  const [group] = (await createGroups(mysql.db, 1, 2)) as [number];
  const origin = {};
  await node.send(group, 1, 'answered', { origin });
  proxy.hold('back');
  await assert.rejects(node.send(group, 1, 'too late', { origin }), { code: 'deadline' });
  proxy.release();
  await eventually('both are stored', () => node.delivered.length === 2);
  assert.deepEqual(
    node.delivered.map((entry) => entry.origin),
    [origin, undefined],
  );
  await node.close();
  await proxy.close();
});

test('seqs have no gap under eight writers on two nodes at once', async () => {
  const conversations = await createGroups(mysql.db, 6, 4);
  const wide = [0, 1].map(() => createWritingNode({ url: mysql.url, writers: 4 }));
  const sends = upTo(1_200).map((index) => {
    const sender = 1 + (index % 4);
    return wide[index % 2]!.send(conversations[index % conversations.length]!, sender, `text ${index}`);
  });
  const receipts = await Promise.all(sends);
  for (const conversation of conversations) {
    const rows = await storedRows(mysql.db, conversation);
    assert.deepEqual(seqsOf(rows), upTo(200));
    const received = receipts.filter((receipt) => receipt.conversation === conversation);
    assert.deepEqual(
      seqsOf(received).sort((a, b) => a - b),
      upTo(200),
    );
    assert.equal(await headOf(mysql.db, conversation), 200);
    for (const entry of wide) {
      const seqs = entry.delivered
        .filter((sent) => sent.conversation === conversation)
        .map((sent) => sent.seq);
      assert.deepEqual(
        seqs,
        seqs.toSorted((a, b) => a - b),
      );
    }
  }
  for (const entry of wide) await entry.close();
});

test('a cid that comes twice in a batch is stored once and answered twice', async () => {
  const [conversation] = await createGroups(mysql.db, 1, 2);
  const cid = newCid();
  const receipts = await Promise.all(upTo(5).map(() => both.node.send(conversation!, 1, 'once', { cid })));
  assert.deepEqual(seqsOf(receipts), [1, 1, 1, 1, 1]);
  await both.node.send(conversation!, 2, 'the same cid of another sender', { cid });
  assert.deepEqual(seqsOf(await storedRows(mysql.db, conversation!)), [1, 2]);
});

for (const resent of [true, false]) {
  test(`a resend ${resent ? 'that is marked' : 'without a mark'} on another node gets the first receipt`, async () => {
    const [conversation] = await createGroups(mysql.db, 1, 2);
    const cid = newCid();
    const first = await both.node.send(conversation!, 1, 'as it was', { cid });
    const others = upTo(20).map((index) => both.other.send(conversation!, 2, `meanwhile ${index}`));
    const again = await both.other.send(conversation!, 1, 'with another text', { cid, resent });
    await Promise.all(others);
    assert.deepEqual(again, first);
    const rows = await storedRows(mysql.db, conversation!);
    assert.deepEqual(seqsOf(rows), upTo(21));
    assert.equal(rows[0]!.text, 'as it was');
    const pushed = both.other.delivered.find(
      (entry) => entry.conversation === conversation && entry.seq === 1,
    )!;
    assert.equal((decodeBody(pushed.frame.subarray(4)) as Message).text, 'as it was');
  });
}

test('the same cids sent to two nodes at once are stored once each', async () => {
  const conversations = await createGroups(mysql.db, 3, 2);
  const cids = upTo(150).map(() => newCid());
  const answers = await Promise.all(
    [both.node, both.other].map((entry) =>
      Promise.all(
        cids.map((cid, index) =>
          entry.send(conversations[index % 3]!, 1 + (index % 2), `text ${index}`, { cid }),
        ),
      ),
    ),
  );
  assert.deepEqual(answers[0], answers[1]);
  for (const conversation of conversations) {
    assert.deepEqual(seqsOf(await storedRows(mysql.db, conversation)), upTo(50));
  }
});

test('a message that the server refuses fails alone', async () => {
  const conversations = await createGroups(mysql.db, 2, 2);
  const connection = await mysql.db.acquire();
  await connection.query(
    "CREATE TRIGGER poison BEFORE INSERT ON messages FOR EACH ROW BEGIN IF NEW.text = 'poison' THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'refused'; END IF; END",
  );
  try {
    const results = await Promise.allSettled(
      upTo(60).map((index) =>
        both.node.send(conversations[index % 2]!, 1, index === 33 ? 'poison' : `text ${index}`),
      ),
    );
    const failed = results.flatMap((result, index) => (result.status === 'rejected' ? [index + 1] : []));
    assert.deepEqual(failed, [33]);
    const { reason } = results[32] as PromiseRejectedResult;
    assert.equal(reason.code, 'internal');
    const stored = await Promise.all(conversations.map((id) => storedRows(mysql.db, id)));
    assert.deepEqual(
      stored.map((rows) => seqsOf(rows)),
      [upTo(30), upTo(29)],
    );
  } finally {
    await connection.query('DROP TRIGGER poison');
    connection.release();
  }
});
