import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { test } from 'node:test';

test('a test whose platform does not start fails and ends', () => {
  const script = `
    const { test } = await import('node:test');
    const { usePlatform } = await import(${JSON.stringify(join(import.meta.dirname, 'platform.ts'))});
    usePlatform({ mysqlFolder: '/nowhere' });
    test('is never run', () => {});`;
  const { status, signal, stdout } = spawnSync(
    process.execPath,
    ['--test-reporter=tap', '--input-type=module', '--eval', script],
    { encoding: 'utf8', timeout: 60_000, env: { ...process.env, NODE_TEST_CONTEXT: undefined } },
  );
  assert.deepEqual([status, signal], [1, null], stdout);
  assert.match(stdout, /no such file or directory, mkdtemp/);
});
