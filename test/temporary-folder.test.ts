import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { after, test } from 'node:test';

const machines = mkdtempSync(join(tmpdir(), 'berth-folders-'));
after(() => rmSync(machines, { recursive: true, force: true }));

/** Runs lines of a process that has taken a folder; answers with what it printed. */
const run = (lines: string) =>
  execFileSync(
    process.execPath,
    [
      '--input-type=module',
      '--eval',
      `import { useOwnTemporaryFolder } from ${JSON.stringify(join(import.meta.dirname, 'temporary-folder.ts'))};
       import { execFileSync } from 'node:child_process';
       const remove = useOwnTemporaryFolder();
       ${lines}`,
    ],
    { env: { ...process.env, TMPDIR: machines, NODE_TEST_CONTEXT: undefined }, encoding: 'utf8' },
  ).trim();

test('what a run and its programs leave goes with its folder; that of one that was killed with the next run', () => {
  const left = run('console.log(execFileSync("mktemp", ["-d"], { encoding: "utf8" }));');
  assert.ok(left.startsWith(join(machines, 'berth-test-')), left);
  assert.ok(existsSync(left));
  const alive = join(machines, `berth-test-${process.pid}`);
  mkdirSync(alive);
  mkdirSync(join(machines, 'berth-other'));
  run('execFileSync("mktemp", ["-d"]); remove();');
  assert.deepEqual(readdirSync(machines).sort(), ['berth-other', `berth-test-${process.pid}`]);
});
