import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { after, test } from 'node:test';
import { takeFolder } from './data-folder.ts';

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
