import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { after, test } from 'node:test';
import { type PlainUser, plainUser } from '@berth/fixtures';
import { assertRoom, takeFolder } from './data-folder.ts';

const folder = mkdtempSync(join(tmpdir(), 'berth-lock-'));
after(() => rmSync(folder, { recursive: true }));

test('a folder is taken, and given back', () => {
  const unlock = takeFolder(join(folder, 'new'));
  assert.ok(existsSync(join(folder, 'new/lock')));
  unlock();
  assert.equal(existsSync(join(folder, 'new/lock')), false);
});

test('what a killed process left is taken over', () => {
  const { pid } = spawnSync('true');
  writeFileSync(join(folder, 'lock'), `${pid}\n`);
  takeFolder(folder)();
});

test('a process id that was used again by another program is no launcher', {
  skip: process.platform !== 'linux',
}, () => {
  writeFileSync(join(folder, 'lock'), '1\n');
  takeFolder(folder)();
});

test('a lock file that says nothing is taken over', () => {
  writeFileSync(join(folder, 'lock'), '');
  takeFolder(folder)();
});

for (const [what, path, reason] of [
  [
    'below a file',
    'file/data',
    /file: a part of that path is a file|file\/data: a part of that path is a file/,
  ],
  ['that is a file', 'file', /file: a part of that path is a file/],
  [
    'where the system has none',
    '/proc/berth/data',
    /^cannot make the data folder \/proc\/berth: no folder can be made there; /,
  ],
] as const) {
  test(`a data folder ${what} is refused in one sentence`, { skip: process.platform !== 'linux' }, () => {
    writeFileSync(join(folder, 'file'), '');
    assert.throws(() => takeFolder(resolve(folder, path)), { name: 'LocalError', message: reason });
  });
}

const user = plainUser(import.meta.filename);

test('a data folder that this user may not write is refused in one sentence', {
  skip: typeof user === 'string' && user,
}, () => {
  const { command, env, folder: home } = user as PlainUser;
  const locked = join(home, 'locked');
  mkdirSync(locked, { mode: 0o555 });
  const main = join(import.meta.dirname, 'main.ts');
  for (const path of [locked, join(locked, 'data')]) {
    const [file, ...args] = [...command, process.execPath, main, '--data', path];
    const { stderr, status } = spawnSync(file!, args, { env, encoding: 'utf8', timeout: 20_000 });
    const [said, rest] = stderr.split(path);
    assert.match(said!, /^berth: cannot [^\n]+ the data folder $/);
    assert.equal(rest, ': this user may not; choose another with --data\n');
    assert.equal(status, 1);
  }
  rmSync(home, { recursive: true });
});

test('a disk without room is told before anything is put there', (t) => {
  const small = join(folder, 'small');
  mkdirSync(small);
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=5m', 'tmpfs', small]);
  if (status !== 0) return t.skip('no file system can be mounted here');
  try {
    assert.throws(() => assertRoom({ dataDir: small, mysqlUrl: undefined }), {
      message: `the disk of ${small} has 5 MiB left, 300 are needed; choose another folder with --data`,
    });
    assert.throws(() => assertRoom({ dataDir: small, mysqlUrl: 'mysql://x' }), /20 are needed/);
    writeFileSync(join(small, 'ballast'), Buffer.alloc(4_900_000));
    spawnSync('dd', ['if=/dev/zero', `of=${join(small, 'rest')}`]);
    assert.throws(
      () => takeFolder(small),
      /^LocalError: cannot write .*: there is no room left on its disk; /,
    );
  } finally {
    spawnSync('umount', [small]);
  }
});
