import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { isStale } from './web-client.ts';

const folder = mkdtempSync(join(tmpdir(), 'berth-web-'));
after(() => rmSync(folder, { recursive: true }));

const file = (path: string, secondsAgo: number): string => {
  const full = join(folder, path);
  mkdirSync(join(full, '..'), { recursive: true });
  writeFileSync(full, '');
  const time = Date.now() / 1_000 - secondsAgo;
  utimesSync(full, time, time);
  return full;
};

test('the client is built when there is no build or a source is newer', () => {
  const built = join(folder, 'dist/index.html');
  file('src/deep/page.tsx', 100);
  assert.equal(isStale(built, [folder]), true);
  file('dist/index.html', 50);
  assert.equal(isStale(built, [folder]), false);
  file('src/deep/page.tsx', 10);
  assert.equal(isStale(built, [folder]), true);
});

test('what the build does not read makes it no older', () => {
  const built = file('dist/index.html', 50);
  file('src/deep/page.tsx', 100);
  for (const path of ['node_modules/x.js', 'dist/assets/x.js', '.cache/x', 'src/page.test.tsx'])
    file(path, 0);
  assert.equal(isStale(built, [folder]), false);
});
