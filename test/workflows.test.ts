import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join, matchesGlob } from 'node:path';
import process from 'node:process';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { parse } from 'yaml';

const run = promisify(execFile);
const root = join(import.meta.dirname, '..');
const folder = join(root, '.github/workflows');
const names = readdirSync(folder);
const text = (name: string) => readFileSync(join(folder, name), 'utf8');

interface Job {
  permissions?: Record<string, string>;
  'timeout-minutes'?: number;
  strategy?: { matrix: { include: { part: string; tests: string }[] } };
}
const jobsOf = (name: string) => parse(text(name)) as { permissions: object; jobs: Record<string, Job> };

/** Checkers that are no part of the repository are kept here once they were fetched. */
const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'berth-workflows');
const fetchMs = 300_000;

/** The command on the PATH, else in the cache, else after `fetch`; or the one line that says why there is none. */
async function findChecker(
  name: string,
  file: string,
  fetch: [command: string, args: string[], env?: Record<string, string>],
): Promise<{ command: string } | { reason: string }> {
  for (const command of [name, file]) {
    try {
      await run(command, ['--version']);
      return { command };
    } catch {
      // The next.
    }
  }
  const [command, args, env] = fetch;
  try {
    mkdirSync(cache, { recursive: true });
    await run(command, args, { timeout: fetchMs, env: { ...process.env, ...env } });
    return existsSync(file) ? { command: file } : { reason: `${name} was not installed by ${command}` };
  } catch (error) {
    return { reason: `${name} cannot be had: ${(error as Error).message.split('\n')[0]}` };
  }
}

async function check(command: string, args: string[]): Promise<void> {
  await run(command, args, { cwd: root }).catch((error: { stdout: string; stderr: string }) =>
    assert.fail(`${error.stdout}${error.stderr}`),
  );
}

test('every action is pinned to a commit, and says of which version', () => {
  for (const name of names)
    for (const [line] of text(name).matchAll(/^.*uses:.*$/gm))
      assert.match(line, /uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/, `${name}: ${line}`);
});

test('a workflow may do nothing, and each job what it says alone, for a time', () => {
  for (const name of names) {
    const { permissions, jobs } = jobsOf(name);
    assert.deepEqual(permissions, {}, name);
    for (const [id, job] of Object.entries(jobs)) {
      assert.ok(job.permissions && job['timeout-minutes'], `${name}: ${id}`);
      const written = Object.keys(job.permissions!).filter((scope) => job.permissions![scope] === 'write');
      assert.deepEqual(written, name === 'release.yaml' ? ['packages', 'id-token'] : [], `${name}: ${id}`);
    }
  }
});

/** As the shell and `npm test` understand it. */
const begins = (file: string, beginning: string): boolean =>
  beginning.includes('*') ? matchesGlob(file, beginning) : file.startsWith(beginning);

test('the parts of the tests are all of them, each once, without those of test:deploy', () => {
  const listed = execFileSync(
    'git',
    ['ls-files', '--cached', '--others', '--exclude-standard', '*.test.ts'],
    {
      cwd: root,
      encoding: 'utf8',
    },
  );
  const files = listed.split('\n').filter((file) => file !== '');
  const parts = jobsOf('check.yaml').jobs.test!.strategy!.matrix.include;
  const beginnings = parts.flatMap(({ tests }) => tests.split(' '));
  for (const file of files) {
    const times = beginnings.filter((beginning) => begins(file, beginning)).length;
    assert.equal(times, file.startsWith('test/deploy/cluster') ? 0 : 1, `${file} is in ${times} parts`);
  }
  for (const beginning of beginnings)
    assert.ok(
      files.some((file) => begins(file, beginning)),
      `no test begins with ${beginning}`,
    );
});

test('actionlint finds nothing', async (t) => {
  const version = 'v1.7.12';
  const found = await findChecker('actionlint', join(cache, 'actionlint'), [
    'go',
    ['install', `github.com/rhysd/actionlint/cmd/actionlint@${version}`],
    { GOBIN: cache },
  ]);
  if ('reason' in found) return t.skip(found.reason);
  await check(
    found.command,
    names.map((name) => `.github/workflows/${name}`),
  );
});

test('zizmor finds nothing', async (t) => {
  const into = join(cache, 'zizmor');
  const install = ['-m', 'pip', 'install', '--quiet', '--target', into, 'zizmor==1.32.0'];
  const found = await findChecker('zizmor', join(into, 'bin/zizmor'), ['python3', install]);
  if ('reason' in found) return t.skip(found.reason);
  await check(found.command, ['--offline', '--persona', 'pedantic', '--no-progress', '.github/workflows']);
});

test('publish signs what was pushed, by its digest, and the chart names the images so', async () => {
  const tools = mkdtempSync(join(tmpdir(), 'berth-publish-'));
  const calls = join(tools, 'calls');
  const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
  const scripts: Record<string, string> = {
    npm: '',
    syft: 'touch "$(echo "$4" | cut -d= -f2)"',
    cosign: '',
    docker: `echo ${digest('a')}`,
    helm: `[ "$1" = push ] && echo "Digest: ${digest('c')}" || :`,
    yq: '',
  };
  try {
    for (const [name, body] of Object.entries(scripts)) {
      writeFileSync(join(tools, name), `#!/bin/sh\necho "${name} $*" >>${calls}\n${body}\n`);
      chmodSync(join(tools, name), 0o755);
    }
    await run('.ci/publish', ['1.2.3', 'ghcr.io/berth/berth'], {
      cwd: root,
      env: { ...process.env, PATH: `${tools}:${process.env.PATH}` },
    });
    const lines = readFileSync(calls, 'utf8').trim().split('\n');
    assert.equal(lines[0], 'npm run images -- --tag 1.2.3 --push ghcr.io/berth/berth');
    const apps = ['gate', 'verify', 'status', 'chat', 'files', 'migrate', 'probe'];
    assert.deepEqual(
      lines.filter((line) => line.startsWith('cosign')),
      [
        ...apps.flatMap((app) => {
          const image = `ghcr.io/berth/berth/${app}@${digest('a')}`;
          const predicate = `dist/sbom/${app}.spdx.json`;
          return [
            `cosign sign --yes ${image}`,
            `cosign attest --yes --type spdxjson --predicate ${predicate} ${image}`,
          ];
        }),
        `cosign sign --yes ghcr.io/berth/berth/charts/berth@${digest('c')}`,
      ],
    );
    assert.equal(lines.filter((line) => line.includes('.image.digests[strenv(app)]')).length, apps.length);
    assert.ok(lines.includes('helm push dist/chart/berth-1.2.3.tgz oci://ghcr.io/berth/berth/charts'));
  } finally {
    rmSync(tools, { recursive: true });
  }
});
