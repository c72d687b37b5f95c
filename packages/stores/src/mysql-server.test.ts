import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import process from 'node:process';
import { after, test } from 'node:test';
import { plainUser } from '@berth/fixtures';
import { startMysql } from './mysql-server.ts';

const folder = mkdtempSync(join(tmpdir(), 'berth-mysql-test-'));
const user = plainUser(import.meta.filename);
after(() => {
  rmSync(folder, { recursive: true, force: true });
  if (typeof user === 'object') rmSync(user.folder, { recursive: true, force: true });
});

test('a private server changes the owner of nothing', async () => {
  const programs = join(folder, 'bin');
  const calls = join(folder, 'calls');
  mkdirSync(programs);
  for (const program of ['chown', 'chgrp']) {
    writeFileSync(join(programs, program), `#!/bin/sh\necho "$0 $*" >>${calls}\n`);
    chmodSync(join(programs, program), 0o755);
  }
  const path = process.env.PATH;
  process.env.PATH = `${programs}${delimiter}${path}`;
  try {
    const server = await startMysql({ dir: join(folder, 'mysql') });
    await server.kill();
  } finally {
    process.env.PATH = path;
  }
  assert.equal(existsSync(calls), false);
});

test('a plain user starts one, made anew and found again', {
  skip: typeof user === 'string' && user,
}, () => {
  const { command, folder: home, env } = user as Exclude<typeof user, string>;
  const dir = join(home, 'mysql');
  const script = `
    const { startMysql } = await import(${JSON.stringify(join(import.meta.dirname, 'mysql-server.ts'))});
    for (const run of ['first', 'second']) {
      const server = await startMysql({ dir: ${JSON.stringify(dir)} });
      await server.stop();
      console.log(run);
    }`;
  const [file, ...args] = [...command, process.execPath, '--input-type=module', '--eval', script];
  const { stdout, stderr } = spawnSync(file!, args, { cwd: home, env, encoding: 'utf8' });
  assert.equal(stdout, 'first\nsecond\n', stderr);
  assert.equal(statSync(join(dir, 'data')).uid, statSync(home).uid);
});
