import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import process from 'node:process';
import { after, test } from 'node:test';
import { eventually, plainUser } from '@berth/fixtures';
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

test('a server has its socket and what is temporary beside its data, whatever the length of the path, and none when it is over', async () => {
  const dir = join(folder, 'far-down-'.repeat(20));
  const temporary = join(folder, 'temporary');
  mkdirSync(temporary);
  const { TMPDIR } = process.env;
  process.env.TMPDIR = temporary;
  // Of another server, as both of them name such files.
  const others = ['#sql-temptable-1-1-1.MAI', '#sql1_2_3.MYD'];
  for (const name of others) writeFileSync(join(temporary, name), '');
  const sockets = (at: string) => readdirSync(at).filter((name) => /\.sock(\.lock)?$/.test(name));
  try {
    const server = await startMysql({ dir });
    assert.ok(sockets(join(dir, 'data')).length > 0);
    await server.kill();
    assert.deepEqual(sockets(join(dir, 'data')), []);
    // One whose parent was killed before it has left both.
    writeFileSync(join(dir, 'data/server.sock'), '');
    writeFileSync(join(dir, 'data/server.sock.lock'), `${process.ppid}\n`);
    const again = await startMysql({ dir });
    await again.stop();
    assert.deepEqual(sockets(join(dir, 'data')), []);
    assert.deepEqual(readdirSync(temporary).sort(), others, 'nothing of ours, and all of others');
  } finally {
    if (TMPDIR === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = TMPDIR;
  }
});

/** The running commands that name a folder. */
function commandsWith(dir: string): string[] {
  const commands = readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      } catch {
        return '';
      }
    });
  return commands.filter((command) => command.includes(dir));
}

test('one that is given up while its data are made leaves nobody behind that writes, and is made anew', {
  skip: process.platform !== 'linux' && 'reads /proc',
}, async () => {
  const dir = join(folder, 'given-up');
  const fresh = join(dir, 'data.new');
  const giveUp = new AbortController();
  const first = startMysql({ dir, signal: giveUp.signal });
  const failed = assert.rejects(first);
  await eventually('it is being made', () => existsSync(fresh) && readdirSync(fresh).length > 2);
  giveUp.abort();
  await failed;
  assert.deepEqual(commandsWith(dir), []);
  const server = await startMysql({ dir });
  await server.kill();
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
