import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { startTestMysql, TcpProxy, useMysql } from '@berth/fixtures';
import { Mysql, migrate } from '@berth/mysql';
import { setBlocked } from '../conversations/direct-conversations.ts';
import { MysqlGroupStore } from '../conversations/mysql-group-store.ts';
import { lockDirect } from '../membership/conversation-rows.ts';
import {
  createDirect,
  createGroups,
  createWritingNode,
  storedRows,
  type WritingNode,
} from './message-writer.fixture.ts';

const mysql = useMysql();
const nodes: WritingNode[] = [];
const nodeAt = (index: number): WritingNode => (nodes[index] ??= createWritingNode({ url: mysql.url }));

after(async () => {
  for (const node of nodes) await node.close();
});

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
const seqsOf = (rows: { seq: number }[]) => rows.map(({ seq }) => seq);

/** Statements that the server has been asked for, by kind. */
async function asked(db: Mysql): Promise<(command: string) => Promise<number>> {
  const connection = await db.acquire();
  const read = async (command: string) => {
    const [rows] = await connection.query(`SHOW GLOBAL STATUS LIKE 'Com_${command}'`);
    return Number((rows as { Value: string }[])[0]!.Value);
  };
  connection.release();
  return read;
}

test('a thousand conversations that one node writes to are appended without a lock or a transaction', async () => {
  const server = await startTestMysql();
  const db = new Mysql({ url: server.url });
  await migrate(db);
  const node = createWritingNode({ url: server.url });
  const groups = await createGroups(db, 1_000, 1);
  // Until every writer has its connection.
  for (const text of ['first', 'second']) await Promise.all(groups.map((group) => node.send(group, 1, text)));
  const count = await asked(db);
  const before = [await count('commit'), await count('begin'), await count('select'), await count('insert')];
  for (let round = 0; round < 3; round++)
    await Promise.all(groups.map((group) => node.send(group, 1, 'again')));
  const later = [await count('commit'), await count('begin'), await count('select'), await count('insert')];
  const [commits, begins, selects, inserts] = later.map((value, index) => value - before[index]!);
  assert.deepEqual([commits, begins, selects], [0, 0, 0]);
  assert.ok(inserts! >= 6 && inserts! < 100, `${inserts}`);
  for (const group of groups.slice(0, 10))
    assert.deepEqual(seqsOf(await storedRows(db, group)), [1, 2, 3, 4, 5]);
  await node.close();
  await db.close();
  await server.kill();
  await server.remove();
});

for (const entries of [0, 1, 7, 150]) {
  test(`a sender who was fenced gets no line in on a node that is behind by ${entries} messages and the fence`, async () => {
    const [group, other] = (await createGroups(mysql.db, 2, 3)) as [number, number];
    for (const id of [group, other]) {
      await mysql.db.run('UPDATE members SET role = 2 WHERE conversation_id = ? AND user_id = 1', [id]);
    }
    const direct = await createDirect(mysql.db, 1_000 + entries, 2_000 + entries);
    const store = new MysqlGroupStore({
      mysql: mysql.db,
      maxMembers: 10,
      maxCreated: 10,
      strangersMayWrite: false,
    });
    const [here, behind] = [nodeAt(0), nodeAt(1)];
    const senders = [
      [group, 2],
      [other, 2],
      [direct, 1_000 + entries],
    ] as const;
    for (const [conversation, sender] of senders) await behind.send(conversation, sender, 'while allowed');
    for (const [conversation] of senders) {
      const writer = conversation === direct ? 2_000 + entries : 1;
      await Promise.all(upTo(entries).map(() => here.send(conversation, writer, 'unheard')));
    }
    await store.remove(group, 1, 2);
    await store.mute(other, 1, 2, Date.now() + 60_000);
    await mysql.db.transaction(async (tx) => {
      const row = await lockDirect(tx, 1_000 + entries, 2_000 + entries);
      await setBlocked(tx, row!, 2_000 + entries, true);
    });
    const codes = ['not_member', 'muted', 'blocked'];
    for (const [index, [conversation, sender]] of senders.entries()) {
      // By the standing that the node remembers.
      assert.ok(behind.directory.cached(conversation, sender));
      await assert.rejects(behind.send(conversation, sender, 'too late'), { code: codes[index] });
    }
    // Who still may write goes on behind what was missed.
    assert.equal((await behind.send(group, 3, 'still here')).seq, entries + 3);
    const texts = (await storedRows(mysql.db, group)).map(({ text }) => text);
    assert.ok(!texts.includes('too late'));
  });
}

test('what another node delivers tells where the log ends, and the next message is no conflict', async () => {
  const failures: unknown[] = [];
  const [one, other] = [0, 1].map(() =>
    createWritingNode({ url: mysql.url, observe: ({ failure }) => failures.push(failure) }),
  ) as [WritingNode, WritingNode];
  const [group] = (await createGroups(mysql.db, 1, 2)) as [number];
  for (let round = 0; round < 5; round++) {
    for (const [from, to] of [
      [one, other],
      [other, one],
    ] as const) {
      await from.send(group, 1, 'to and fro');
      to.heads.heard({ serverRun: 0, ...from.delivered.at(-1)! });
      assert.equal(
        to.heads.get(group)?.seq,
        round === 0 && from === one ? undefined : from.delivered.at(-1)!.seq,
      );
    }
  }
  assert.deepEqual(seqsOf(await storedRows(mysql.db, group)), upTo(10));
  for (const node of [one, other]) await node.close();
});

test('a server that comes back without its last transactions gets no hole above them, whatever is still on its way', async () => {
  const server = await startTestMysql();
  const admin = new Mysql({ url: server.url });
  await migrate(admin);
  const [group] = (await createGroups(admin, 1, 2)) as [number];
  await admin.close();
  const node = createWritingNode({ url: server.url, deadlineMs: 20_000 });
  let running: { kill(): Promise<unknown> } = server;
  // It comes back so fast that it was, by its own clock, often started in the same second as before.
  for (const round of upTo(4)) {
    for (const index of upTo(5)) await node.send(group, 1, `text ${index}`);
    const late = node.delivered.at(-1)!;
    const lastSeq = 4 * round + 1;
    assert.equal(node.heads.get(group)?.seq, lastSeq);
    await running.kill();
    running = await server.restart();
    const mended = new Mysql({ url: server.url });
    await mended.run('DELETE FROM messages WHERE conversation_id = ? AND seq > ?', [group, lastSeq - 3]);
    await mended.close();
    assert.equal((await node.send(group, 1, 'afterwards')).seq, lastSeq - 2);
    // Said by another node of what the former run had committed.
    node.heads.heard({ serverRun: 0, ...late });
    assert.equal((await node.send(group, 1, 'and on')).seq, lastSeq - 1);
  }
  const reader = new Mysql({ url: server.url });
  assert.deepEqual(seqsOf(await storedRows(reader, group)), upTo(node.heads.get(group)!.seq));
  await reader.close();
  await node.close();
  await running.kill();
  await server.remove();
});

test('another server without the last transactions, behind the same address, gets no hole above them', async () => {
  const servers = [await startTestMysql(), await startTestMysql()];
  const addresses = servers.map(({ url }) => ({ host: '127.0.0.1', port: Number(new URL(url).port) }));
  const proxy = await new TcpProxy(addresses[0]!).start();
  const url = new URL(servers[0]!.url);
  url.port = String(proxy.port);
  const node = createWritingNode({ url: url.href, deadlineMs: 20_000 });
  const dbs = servers.map((server) => new Mysql({ url: server.url }));
  for (const db of dbs) {
    await migrate(db);
    await createGroups(db, 1, 2);
  }
  const group = 1;
  for (const index of upTo(5)) await node.send(group, 1, `text ${index}`);
  // The other one was told of two of them before it had to stand in.
  const behind = createWritingNode({ url: servers[1]!.url });
  for (const index of upTo(2)) await behind.send(group, 1, `text ${index}`);
  await behind.close();
  const late = node.delivered.at(-1)!;
  const first = node.heads.serverRun;
  proxy.redirect(addresses[1]!);
  proxy.cut();
  proxy.mend();
  assert.equal((await node.send(group, 1, 'afterwards')).seq, 3);
  assert.notEqual(node.heads.serverRun, first);
  node.heads.heard({ serverRun: 0, ...late });
  assert.equal((await node.send(group, 1, 'and on')).seq, 4);
  assert.deepEqual(seqsOf(await storedRows(dbs[1]!, group)), upTo(4));
  assert.deepEqual(seqsOf(await storedRows(dbs[0]!, group)), upTo(5));
  await node.close();
  for (const db of dbs) await db.close();
  await proxy.close();
  for (const server of servers) {
    await server.kill();
    await server.remove();
  }
});

test('one hot conversation that four nodes write to is written in turns, and nobody starves', async () => {
  const four = [0, 1, 2, 3].map(() => createWritingNode({ url: mysql.url, writers: 2 }));
  const [group] = (await createGroups(mysql.db, 1, 4)) as [number];
  const counts = await Promise.all(
    four.map(async (node, index) => {
      const receipts = await Promise.all(
        upTo(300).map((number) => node.send(group, index + 1, `${index} ${number}`)),
      );
      return seqsOf(receipts);
    }),
  );
  assert.deepEqual(seqsOf(await storedRows(mysql.db, group)), upTo(1_200));
  for (const seqs of counts)
    assert.deepEqual(
      seqs,
      seqs.toSorted((a, b) => a - b),
    );
  for (const node of four) await node.close();
});
