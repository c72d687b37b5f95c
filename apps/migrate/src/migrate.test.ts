import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import process from 'node:process';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { eventually, useMysql } from '@berth/fixtures';
import { Mysql, schemaVersion } from '@berth/mysql';
import { freePort } from '@berth/stores';
import { createLog } from '@berth/telemetry';
import { createMigrate } from './app.ts';
import { parseMigrateConfig } from './config.ts';

const mysql = useMysql();
const main = join(import.meta.dirname, 'main.ts');

/** An empty database on the test's server, dropped afterwards. */
async function withEmptyDatabase(use: (url: string) => Promise<void>): Promise<void> {
  const name = `berth_test_${randomBytes(6).toString('hex')}`;
  await mysql.db.run(`CREATE DATABASE ${name} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`);
  try {
    await use(mysql.url.replace(/\/\w+$/, `/${name}`));
  } finally {
    await mysql.db.run(`DROP DATABASE ${name}`);
  }
}

const runMain = (environment: Record<string, string>) =>
  promisify(execFile)(process.execPath, [main], { env: { PATH: process.env.PATH, ...environment } });

test('the program brings an empty database up to date, says so and ends; a second run changes nothing', async () => {
  await withEmptyDatabase(async (url) => {
    const first = await runMain({ MYSQL_URL: url });
    assert.match(first.stdout, /migrations applied/);
    const db = new Mysql({ url, poolSize: 1 });
    const { applied, wanted } = await schemaVersion(db);
    await db.close();
    assert.equal(applied, wanted);
    assert.match((await runMain({ MYSQL_URL: url })).stdout, /up to date/);
  });
});

test('several at once apply each migration once', async () => {
  await withEmptyDatabase(async (url) => {
    const outputs = await Promise.all([1, 2, 3].map(() => runMain({ MYSQL_URL: url })));
    assert.equal(outputs.filter(({ stdout }) => stdout.includes('migrations applied')).length, 1);
  });
});

test('a variable that is missing is named, and the exit code is not 0', async () => {
  await assert.rejects(runMain({}), ({ code, stderr }: { code: number; stderr: string }) => {
    assert.equal(code, 1);
    assert.match(stderr, /^migrate: MYSQL_URL is not set/);
    return true;
  });
});

test('a server that is not up yet is waited for, but not for ever', async () => {
  const lines: string[] = [];
  const log = createLog('migrate', 'info', { write: (line) => void lines.push(line) });
  const config = parseMigrateConfig({
    MYSQL_URL: `mysql://berth:x@127.0.0.1:${await freePort()}/berth`,
    MYSQL_WAIT_SECONDS: '1',
  });
  const app = createMigrate(config, { log });
  await assert.rejects(app.start(), /ECONNREFUSED/);
  await app.close();
  await eventually('it said that it waits', () => lines.some((line) => line.includes('cannot be reached')));
});
