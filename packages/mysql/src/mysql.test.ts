import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { TcpProxy, useMysql } from '@berth/fixtures';
import { DeadlineError } from '@berth/lifecycle';
import { Mysql } from './mysql.ts';

const server = useMysql();
const closers: (() => Promise<unknown>)[] = [];

after(async () => {
  for (const close of closers.reverse()) await close();
});

/** A pool of one connection, so that a test sees whether it is the same one. */
function single(options: { url?: string; queryTimeoutMs?: number } = {}): Mysql {
  const db = new Mysql({ url: server.url, poolSize: 1, ...options });
  closers.push(() => db.close());
  return db;
}

const connectionId = async (db: Mysql) =>
  (await db.rows<{ id: number }>('SELECT CONNECTION_ID() AS id'))[0]!.id;

test('a transaction that its body gives up leaves nothing, and its connection is used again', async () => {
  const db = single();
  await db.run('CREATE TABLE given_up (n INT)');
  const before = await connectionId(db);
  const refused = db.transaction(async (tx) => {
    await tx.run('INSERT INTO given_up VALUES (1)');
    throw new RangeError('no');
  });
  await assert.rejects(refused, RangeError);
  assert.deepEqual(await db.rows('SELECT n FROM given_up'), []);
  assert.equal(await connectionId(db), before);
});

test('a statement that is not answered in time is given up with its connection', async () => {
  const db = single({ queryTimeoutMs: 100 });
  const before = await connectionId(db);
  await assert.rejects(db.rows('SELECT SLEEP(5)'), DeadlineError);
  assert.notEqual(await connectionId(db), before);
});

test('a server that takes no writes is left: the next call connects anew', async () => {
  const db = single();
  await db.run('CREATE TABLE demoted (n INT)');
  const connection = await server.db.acquire();
  // The test's user may write to a server that is read only, so a trigger says what others would hear.
  await connection.query(
    "CREATE TRIGGER read_only BEFORE INSERT ON demoted FOR EACH ROW SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = 1290",
  );
  connection.release();
  const before = await connectionId(db);
  await assert.rejects(db.run('INSERT INTO demoted VALUES (1)'), { errno: 1290 });
  const after = await connectionId(db);
  assert.notEqual(after, before);
  await assert.rejects(
    db.transaction((tx) => tx.run('INSERT INTO demoted VALUES (1)')),
    { errno: 1290 },
  );
  assert.notEqual(await connectionId(db), after);
});

test('a COMMIT whose answer is lost is said to be unknown, and is not repeated', async () => {
  const { hostname, port } = new URL(server.url);
  const proxy = await new TcpProxy({ host: hostname, port: Number(port) }).start();
  closers.push(() => proxy.close());
  const url = new URL(server.url);
  url.port = String(proxy.port);
  const db = single({ url: url.href });
  await db.run('CREATE TABLE unknown (n INT)');
  const struck = proxy.next('COMMIT', 'answer-lost');
  const lost = db.transaction((tx) => tx.run('INSERT INTO unknown VALUES (1)'));
  await assert.rejects(lost, { commitUnknown: true });
  await struck;
  assert.deepEqual(
    (await db.rows<{ n: number }>('SELECT n FROM unknown')).map(({ n }) => n),
    [1],
  );
});
