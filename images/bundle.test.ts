import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, globSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { useMysql } from '@berth/fixtures';
import { Mysql, schemaVersion } from '@berth/mysql';
import { bundleApp } from './bundle.ts';

const mysql = useMysql();
// Outside of the repository, so that nothing can be found that is not in the bundle.
const folder = mkdtempSync(join(tmpdir(), 'berth-bundle-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const runBundle = (app: string, environment: Record<string, string>) =>
  promisify(execFile)(process.execPath, [join(folder, app, 'main.mjs')], {
    cwd: '/',
    env: { PATH: process.env.PATH, ...environment },
  });

test('a bundle is one program that finds the files beside its sources: migrate applies the migrations', async () => {
  await bundleApp('migrate', join(folder, 'migrate'));
  assert.deepEqual(globSync('*.mjs', { cwd: join(folder, 'migrate') }), ['main.mjs']);
  const url = mysql.url.replace(/\/\w+$/, (name) => `${name}_bundle`);
  const name = url.split('/').at(-1)!;
  await mysql.db.run(`CREATE DATABASE ${name} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`);
  try {
    const { stdout } = await runBundle('migrate', { MYSQL_URL: url });
    assert.match(stdout, /migrations applied/);
    const db = new Mysql({ url, poolSize: 1 });
    const { applied, wanted } = await schemaVersion(db);
    await db.close();
    assert.equal(applied, wanted);
  } finally {
    await mysql.db.run(`DROP DATABASE ${name}`);
  }
});

for (const app of ['gate', 'verify', 'status', 'chat', 'files']) {
  test(`the bundle of ${app} starts: it has what it reads and asks for its configuration`, async () => {
    await bundleApp(app, join(folder, app));
    await assert.rejects(runBundle(app, {}), ({ code, stderr }: { code: number; stderr: string }) => {
      assert.equal(code, 1);
      assert.match(stderr, new RegExp(`^${app}: .*(is not set|required)`, 'm'));
      assert.doesNotMatch(stderr, /ENOENT/);
      return true;
    });
  });
}

test('a bundle holds every script of the app and no source, test or manifest', async () => {
  await bundleApp('status', join(folder, 'status'));
  const scripts = globSync('apps/status/src/**/*.lua', { cwd: join(import.meta.dirname, '..') });
  assert.ok(scripts.length > 0);
  for (const script of scripts) assert.ok(existsSync(join(folder, 'status/files', script)), script);
  assert.deepEqual(globSync('status/**/{*.ts,package.json,*.test.*}', { cwd: folder }), []);
});
