import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { CertificateAuthority, eventually, startTestMysql, TcpProxy, useMysql } from '@berth/fixtures';
import { DeadlineError } from '@berth/lifecycle';
import type { RowDataPacket } from 'mysql2';
import { Mysql, type MysqlOptions } from './mysql.ts';

const server = useMysql();
const closers: (() => Promise<unknown>)[] = [];

after(async () => {
  for (const close of closers.reverse()) await close();
});

/** A pool of one connection, so that a test sees whether it is the same one. */
function single(options: Partial<MysqlOptions> = {}): Mysql {
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
  const db = single({ queryTimeoutMs: 2_000 });
  const before = await connectionId(db);
  await assert.rejects(db.rows('SELECT SLEEP(60)'), DeadlineError);
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

test('a session is set, whatever the server begins one with', async () => {
  const own = await startTestMysql([
    "--init-connect=SET SESSION autocommit=0, sql_mode='', time_zone='+05:00', unique_checks=0, sql_safe_updates=1",
    '--loose-skip-character-set-client-handshake',
    '--character-set-server=latin1',
    '--collation-server=latin1_swedish_ci',
  ]);
  closers.push(async () => {
    await own.kill();
    await own.remove();
  });
  const db = single({ url: own.url });
  const other = single({ url: own.url });
  await db.run(
    'CREATE TABLE said (id INT PRIMARY KEY, text TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL)',
  );
  await db.run('INSERT INTO said VALUES (1, ?)', ['Grüße, 漢字, 👩‍👩‍👧']);
  assert.deepEqual(await other.rows('SELECT text FROM said'), [{ text: 'Grüße, 漢字, 👩‍👩‍👧' }]);
  const [session] = await db.rows<Record<string, unknown>>(
    'SELECT @@autocommit AS autocommit, @@time_zone AS zone, @@unique_checks AS checks, @@sql_safe_updates AS safe',
  );
  assert.deepEqual(session, { autocommit: 1, zone: '+00:00', checks: 1, safe: 0 });
});

test('a connection keeps a bounded number of statements prepared', async () => {
  const db = single();
  for (let index = 0; index < 300; index++) await db.rows(`SELECT ${index} AS n`);
  const connection = await db.acquire();
  const [status] = await connection.query<RowDataPacket[]>("SHOW SESSION STATUS LIKE 'Com_stmt_%'");
  connection.release();
  const counts = new Map(status.map((row) => [String(row.Variable_name), Number(row.Value)]));
  const kept = counts.get('Com_stmt_prepare')! - counts.get('Com_stmt_close')!;
  assert.ok(kept > 0 && kept <= 128, `${kept} statements`);
});

describe('a fail-over behind one address', () => {
  const servers: Awaited<ReturnType<typeof startTestMysql>>[] = [];
  let proxy: TcpProxy;
  before(async () => {
    servers.push(await startTestMysql(), await startTestMysql());
    proxy = await new TcpProxy({ host: '127.0.0.1', port: servers[0]!.port }).start();
    const present = new Mysql({ url: servers[1]!.url, poolSize: 1 });
    const password = new URL(servers[0]!.url).password;
    await present.run(`ALTER USER CURRENT_USER() IDENTIFIED BY '${password}'`);
    await present.close();
  });
  after(async () => {
    await proxy.close();
    for (const server of servers) {
      await server.kill();
      await server.remove();
    }
  });

  /** Two pools of one process on the proxy, each with every connection in use once; and an administrator of the former. */
  async function pools() {
    proxy.redirect({ host: '127.0.0.1', port: servers[0]!.port });
    const url = new URL(servers[0]!.url);
    url.port = String(proxy.port);
    const reader = new Mysql({ url: url.href, poolSize: 5 });
    const writer = new Mysql({ url: url.href, poolSize: 2, watch: reader.watch });
    const admin = new Mysql({ url: servers[0]!.url, poolSize: 1 });
    closers.push(
      () => reader.close(),
      () => writer.close(),
      () => admin.close(),
    );
    await Promise.all(Array.from({ length: 5 }, () => reader.rows('SELECT SLEEP(0.05)')));
    await writer.run('CREATE TABLE IF NOT EXISTS written (n INT)');
    return { reader, writer, admin };
  }
  const portsOf = async (db: Mysql) =>
    new Set(
      (
        await Promise.all(Array.from({ length: 5 }, () => db.rows<{ port: number }>('SELECT @@port AS port')))
      ).map(([row]) => row!.port),
    );

  test('one refused write, and every connection of the process to the former server is dropped', async () => {
    const { reader, writer, admin } = await pools();
    const connection = await admin.acquire();
    await connection.query(
      "CREATE TRIGGER read_only BEFORE INSERT ON written FOR EACH ROW SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = 1290",
    );
    connection.release();
    proxy.redirect({ host: '127.0.0.1', port: servers[1]!.port });
    assert.deepEqual(await portsOf(reader), new Set([servers[0]!.port]));
    await assert.rejects(writer.run('INSERT INTO written VALUES (1)'), { errno: 1290 });
    assert.deepEqual(await portsOf(reader), new Set([servers[1]!.port]));
    await eventually('nobody but the administrator is left on the former', async () => {
      const [{ n }] = (await admin.rows<{ n: number }>(
        "SELECT COUNT(*) AS n FROM information_schema.processlist WHERE user = 'berth'",
      )) as [{ n: number }];
      return Number(n) === 1;
    });
  });

  test('readers leave a server that has become read only, though nobody writes', async () => {
    const { reader, admin } = await pools();
    await admin.run('SET GLOBAL read_only = 1');
    try {
      proxy.redirect({ host: '127.0.0.1', port: servers[1]!.port });
      await eventually(
        'all read from the present one',
        async () => !(await portsOf(reader)).has(servers[0]!.port),
      );
    } finally {
      await admin.run('SET GLOBAL read_only = 0');
    }
  });

  test('connections that are silent are left after one was', async () => {
    const { reader } = await pools();
    const quick = new Mysql({
      url: servers[0]!.url.replace(/:\d+\//, `:${proxy.port}/`),
      queryTimeoutMs: 2_000,
      watch: reader.watch,
    });
    closers.push(() => quick.close());
    await quick.rows('SELECT 1');
    proxy.hold();
    const silent = quick.rows('SELECT 1');
    await assert.rejects(silent, DeadlineError);
    proxy.redirect({ host: '127.0.0.1', port: servers[1]!.port });
    proxy.forget();
    assert.deepEqual(await portsOf(reader), new Set([servers[1]!.port]));
  });
});

test('a certificate of the authority for another server is refused', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'berth-tls-'));
  closers.push(() => rm(folder, { recursive: true, force: true }));
  const authority = new CertificateAuthority('region');
  const tlsCaFile = join(folder, 'ca.crt');
  await writeFile(tlsCaFile, authority.cert);
  const start = async (name: string) => {
    const { cert, key } = authority.issue(name);
    await writeFile(join(folder, `${name}.crt`), cert);
    await writeFile(join(folder, `${name}.key`), key);
    const own = await startTestMysql([
      `--ssl-ca=${tlsCaFile}`,
      `--ssl-cert=${join(folder, `${name}.crt`)}`,
      `--ssl-key=${join(folder, `${name}.key`)}`,
    ]);
    closers.push(async () => {
      await own.kill();
      await own.remove();
    });
    return own.url.replace('127.0.0.1', 'localhost');
  };
  const theirs = await start('elsewhere.example');
  await assert.rejects(single({ url: theirs, tlsCaFile }).rows('SELECT 1'), /elsewhere\.example/);
  const unchecked = single({ url: theirs, tlsCaFile, tlsVerifyIdentity: false });
  assert.equal((await unchecked.rows('SELECT 1')).length, 1);
  const ours = await start('localhost');
  assert.equal((await single({ url: ours, tlsCaFile }).rows('SELECT 1')).length, 1);
  assert.throws(() => single({ url: ours.replace('localhost', '127.0.0.1'), tlsCaFile }), /must be a name/);
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
