import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { TcpProxy, useMysql } from '@berth/fixtures';
import { migrate, schemaVersion } from './migrate.ts';
import { Mysql } from './mysql.ts';

const server = useMysql();
/** An empty database of that name, and a pool of one connection on it, through a proxy. */
async function emptyDatabase(t: TestContext, name: string): Promise<{ db: Mysql; proxy: TcpProxy }> {
  const url = new URL(server.url);
  const proxy = await new TcpProxy({ host: url.hostname, port: Number(url.port) }).start();
  await server.db.run(`CREATE DATABASE \`${name}\` CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`);
  url.port = String(proxy.port);
  url.pathname = `/${name}`;
  const db = new Mysql({ url: url.href, poolSize: 1 });
  t.after(async () => {
    await server.db.run(`DROP DATABASE \`${name}\``);
    await proxy.close();
    await db.close();
  });
  return { db, proxy };
}

/** Migrations of a test's own. */
async function folderOf(t: TestContext, files: Record<string, string>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'berth-migrations-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  for (const [name, sql] of Object.entries(files)) await writeFile(join(folder, name), sql);
  return folder;
}

const tablesOf = async (db: Mysql) =>
  (
    await db.rows<{ name: string }>(
      'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE()',
    )
  )
    .map(({ name }) => name)
    .sort();

test('a schema that is up to date is left alone', async () => {
  assert.deepEqual(await migrate(server.db), []);
});

test('the version applied is the newest that the code knows', async () => {
  const { applied, wanted } = await schemaVersion(server.db);
  assert.equal(applied, wanted);
  assert.ok(wanted >= 1);
});

test('a migration that is cut off at any statement goes on when it is run again', async (t) => {
  const folder = await folderOf(t, {
    '0001-first.sql': `CREATE TABLE one (n INT PRIMARY KEY);\nCREATE TABLE two (n INT PRIMARY KEY, half INT);\n
      INSERT INTO one VALUES (1), (2);\nALTER TABLE two ADD COLUMN more INT, ADD KEY two_more (more);\n
      UPDATE one SET n = n + 10;\nALTER TABLE two DROP COLUMN half;\n`,
    '0002-second.sql': 'CREATE TABLE three (n INT PRIMARY KEY);\n',
  });
  const statements = [
    'CREATE TABLE one',
    'CREATE TABLE two',
    'INSERT INTO one',
    'ADD COLUMN more',
    'UPDATE one',
  ];
  const cuts = [
    ...statements,
    'DROP COLUMN half',
    'CREATE TABLE three',
    'INSERT INTO schema_migrations',
    'COMMIT',
  ];
  for (const [index, cut] of cuts.entries()) {
    for (const kind of ['request-lost', 'answer-lost'] as const) {
      const { db, proxy } = await emptyDatabase(t, `berth_cut_${index}_${kind.slice(0, 3)}`);
      const struck = proxy.next(cut, kind);
      await assert.rejects(migrate(db, folder), Error, `${cut}, ${kind}`);
      await struck;
      await migrate(db, folder);
      assert.deepEqual(
        await db.rows('SELECT n FROM one ORDER BY n'),
        [{ n: 11 }, { n: 12 }],
        `${cut}, ${kind}`,
      );
      const tables = ['one', 'schema_migration_steps', 'schema_migrations', 'three', 'two'];
      assert.deepEqual(await tablesOf(db), tables);
      assert.equal((await schemaVersion(db, folder)).applied, 2);
      assert.deepEqual(await migrate(db, folder), []);
    }
  }
});

test('the product’s own migrations, cut off at any table, go on', async (t) => {
  const { db: whole } = await emptyDatabase(t, 'berth_whole');
  await migrate(whole);
  const expected = await tablesOf(whole);
  for (const table of expected.filter((name) => name !== 'schema_migrations').slice(0, 3)) {
    const { db, proxy } = await emptyDatabase(t, `berth_at_${table}`.slice(0, 40));
    const struck = proxy.next(`CREATE TABLE ${table}`, 'answer-lost');
    await assert.rejects(migrate(db));
    await struck;
    await migrate(db);
    assert.deepEqual(await tablesOf(db), expected);
  }
});

test('one that was killed before statements were noted goes on, too', async (t) => {
  const { db } = await emptyDatabase(t, 'berth_unnoted');
  await db.run(
    'CREATE TABLE schema_migrations (version INT UNSIGNED NOT NULL PRIMARY KEY, name VARBINARY(128) NOT NULL, checksum VARBINARY(64) NOT NULL, applied_at BIGINT UNSIGNED NOT NULL)',
  );
  await db.run('CREATE TABLE one (n INT PRIMARY KEY)');
  const folder = await folderOf(t, {
    '0001-first.sql': 'CREATE TABLE one (n INT PRIMARY KEY);\nCREATE TABLE two (n INT);\n',
  });
  assert.deepEqual(await migrate(db, folder), [1]);
});

test('a table of somebody else is not taken for one of ours', async (t) => {
  const { db } = await emptyDatabase(t, 'berth_foreign');
  await db.run('CREATE TABLE one (other INT)');
  const folder = await folderOf(t, { '0001-first.sql': 'CREATE TABLE one (n INT PRIMARY KEY);\n' });
  await assert.rejects(migrate(db, folder), { errno: 1050 });
  await assert.rejects(migrate(db, folder), { errno: 1050 });
});

test('a file that changed after it was applied in part is refused', async (t) => {
  const { db, proxy } = await emptyDatabase(t, 'berth_changed');
  const folder = await folderOf(t, {
    '0001-first.sql': 'CREATE TABLE one (n INT);\nCREATE TABLE two (n INT);\n',
  });
  void proxy.next('CREATE TABLE two', 'request-lost');
  await assert.rejects(migrate(db, folder));
  const [file] = await readdir(folder);
  await writeFile(join(folder, file!), 'CREATE TABLE one (n INT);\nCREATE TABLE other (n INT);\n');
  await assert.rejects(migrate(db, folder), /changed after it had been applied in part/);
});

test('a database may have a name as long as the server takes', async (t) => {
  const { db } = await emptyDatabase(t, `berth_${'x'.repeat(58)}`);
  const { db: other } = await emptyDatabase(t, `berth_${'x'.repeat(57)}y`);
  await Promise.all([migrate(db), migrate(other)]);
  assert.equal((await schemaVersion(db)).applied, (await schemaVersion(other)).applied);
});
