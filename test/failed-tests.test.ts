import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { after, test } from 'node:test';

const folder = mkdtempSync(join(tmpdir(), 'berth-failed-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** What the runner prints about a test file of these lines. */
function outputOf(lines: string): Promise<string> {
  const file = join(folder, 'it.test.ts');
  writeFileSync(
    file,
    `import { test } from 'node:test';\nimport assert from 'node:assert/strict';\n${lines}`,
  );
  const script = join(folder, 'run.mjs');
  writeFileSync(
    script,
    `import { runPhases } from ${JSON.stringify(join(import.meta.dirname, 'phases.ts'))};
     await runPhases([{ name: 'it', files: [${JSON.stringify(file)}], concurrency: 1 }]);`,
  );
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  return new Promise((resolve) =>
    execFile(process.execPath, [script], { env }, (_error, stdout, stderr) => resolve(stdout + stderr)),
  );
}

test('what has failed stands with its error right before the closing figures, once each, and shortly', async () => {
  const said = await outputOf(`
    test('a whole', async (t) => {
      await t.test('a part', () => { throw new Error('the part broke', { cause: new Error('for this reason') }); });
      await t.test('another', () => {});
    });
    test('long', () => assert.fail(Array.from({ length: 100 }, (_, at) => 'line ' + at).join('\\n')));
    test('not done', { todo: true }, () => { throw new Error('not yet'); });
    test('well', () => {});`);
  const [, list] = /\nfailed: 2\n([^\0]*?)ℹ tests /.exec(said) ?? [];
  assert.ok(list !== undefined, said);
  assert.match(list, /^ {2}a part \(.*it\.test\.ts:\d+\)\n {4}Error: the part broke/m);
  assert.match(list, /for this reason/);
  assert.match(list, /^ {2}long \(/m);
  assert.match(list, /line 5\n/);
  assert.doesNotMatch(list, /a whole|not done|line 20|node:internal/);
});

test('where all is well nothing is said of failures', async () => {
  const said = await outputOf(`test('well', () => {});`);
  assert.match(said, /ℹ pass 1\n/);
  assert.doesNotMatch(said, /failed:/);
});
