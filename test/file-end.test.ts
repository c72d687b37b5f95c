import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { test } from 'node:test';

const ended = (file: string) =>
  new Promise<{ code: unknown; stderr: string }>((resolve) => {
    const args = ['--import', import.meta.resolve('./file-end.ts'), file];
    const { NODE_TEST_CONTEXT: _, ...env } = process.env;
    execFile(
      process.execPath,
      args,
      { env: { ...env, TEST_END_GRACE_MS: '50' }, timeout: 30_000 },
      (error, _stdout, stderr) => resolve({ code: error?.code ?? 0, stderr }),
    );
  });

test('a test file that leaves a server open ends, says what is open, and has failed', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'berth-file-end-'));
  try {
    const passes = `import { test } from 'node:test';\ntest('it', () => {});\n`;
    const left = join(dir, 'left.test.ts');
    const opens = `import { createServer } from 'node:net';\ncreateServer().listen(0, '127.0.0.1');\n`;
    await writeFile(left, `${passes}${opens}`);
    const tidy = join(dir, 'tidy.test.ts');
    await writeFile(tidy, passes);
    const { code, stderr } = await ended(left);
    assert.equal(code, 1);
    assert.match(stderr, /left\.test\.ts: its tests are over and it does not end, open: .*TCPServerWrap/);
    assert.deepEqual(await ended(tidy), { code: 0, stderr: '' });
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
});
