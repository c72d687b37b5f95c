import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { afterEach, beforeEach, test } from 'node:test';

const main = join(import.meta.dirname, 'main.ts');
let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'berth-k6-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A command that does `body`; answers with its folder. */
function command(path: string, body: string): string {
  const file = join(folder, path);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, `#!/bin/sh\n${body}\n`);
  chmodSync(file, 0o755);
  return join(file, '..');
}

/** What `--which` says on a machine with these folders on its PATH and these tools for a cluster. */
async function which(path: string[], tools: string): Promise<{ code: unknown; out: string; err: string }> {
  return new Promise((resolve) =>
    execFile(
      process.execPath,
      [main, '--which'],
      // The shell of the commands is all that they need.
      {
        env: {
          PATH: [...path, '/bin'].join(':'),
          BERTH_CLUSTER_TOOLS: tools,
          CLUSTER_HOME: join(folder, 'home'),
        },
      },
      (error, stdout, stderr) => resolve({ code: error?.code ?? 0, out: stdout.trim(), err: stderr.trim() }),
    ),
  );
}

const says = (version: string) => `echo 'k6 v${version} (go1.26, linux/amd64)'`;
const noDocker = () => command('no-docker/docker', 'exit 1');
/** Tools that build nothing. */
const noTools = () => command('tools/build', 'exit 1');

test('the one on the PATH comes first', async () => {
  const found = await which([command('path/k6', says('1.8.1')), noDocker()], noTools());
  assert.deepEqual(found, { code: 0, out: 'k6 1.8.1 (PATH)', err: '' });
});

test('one that is too old is passed over for that of the cluster tools, which is built when it is not there', async () => {
  const old = command('path/k6', says('0.57.0'));
  const binary = join(folder, 'home/bin/k6');
  const tools = command(
    'tools/build',
    `mkdir -p "$CLUSTER_HOME/bin" && printf '#!/bin/sh\\n%s\\n' "${says('1.8.1')}" >"${binary}" && chmod +x "${binary}"`,
  );
  assert.deepEqual(await which([old, noDocker()], tools), {
    code: 0,
    out: 'k6 1.8.1 (cluster tools)',
    err: 'building k6',
  });
  assert.deepEqual(await which([old, noDocker()], tools), {
    code: 0,
    out: 'k6 1.8.1 (cluster tools)',
    err: '',
  });
});

test('where there is no other, Docker runs it', async () => {
  const { code, out } = await which([command('docker/docker', 'echo 28.2.2')], noTools());
  assert.equal(code, 0);
  assert.match(out, /^k6 \(Docker: grafana\/k6:\d+\.\d+\.\d+\)$/);
});

test('without any, one line says what to install', async () => {
  const { code, err } = await which([noDocker()], noTools());
  assert.equal(code, 2);
  assert.match(err, /^load: no k6: put it on the PATH .*, or start Docker$/m);
});
