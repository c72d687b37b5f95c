import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { after, before, test } from 'node:test';
import { buildRevision, previousRelease } from './revision.ts';

const folder = mkdtempSync(join(tmpdir(), 'berth-revision-'));
const repository = join(folder, 'repository');
const cache = process.env.XDG_CACHE_HOME;
const git = (...args: string[]) =>
  execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], {
    cwd: repository,
    encoding: 'utf8',
  }).trim();

function commit(files: Record<string, string>): string {
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(repository, file)), { recursive: true });
    writeFileSync(join(repository, file), text);
  }
  git('add', '.');
  git('commit', '-qm', 'x');
  return git('rev-parse', 'HEAD');
}

const manifest = { name: 'made', version: '1.0.0', lockfileVersion: 3 };
const doors = {
  'test/harness/platform.ts': '',
  'load/bench/berth-targets.ts': '',
  'load/bench/durable-writes.ts': '',
};

before(() => {
  mkdirSync(repository);
  git('init', '-q');
  process.env.XDG_CACHE_HOME = join(folder, 'cache');
});
after(() => {
  if (cache === undefined) delete process.env.XDG_CACHE_HOME;
  else process.env.XDG_CACHE_HOME = cache;
  rmSync(folder, { recursive: true });
});

test('a revision is built once, outside the tree, with what its own lock file says', async () => {
  const wanted = commit({
    ...doors,
    'package.json': JSON.stringify({ ...manifest, scripts: { install: 'touch installed' } }),
    'package-lock.json': JSON.stringify({ ...manifest, packages: { '': manifest } }),
  });
  commit({ 'package.json': 'not JSON' });
  writeFileSync(join(repository, 'not-committed'), '');
  const said: string[] = [];
  const say = (line: string) => said.push(line);
  const built = await buildRevision(repository, 'HEAD~1', { say });
  assert.equal(built.name, wanted.slice(0, 7));
  assert.equal(built.folder, join(folder, 'cache/berth-bench/revisions', wanted));
  assert.ok(existsSync(join(built.folder, 'installed')));
  assert.ok(!existsSync(join(built.folder, 'not-committed')));
  assert.deepEqual(said, [`building ${built.name} in ${built.folder}`]);
  assert.deepEqual(await buildRevision(repository, wanted, { say }), built);
  assert.equal(said.length, 1);
});

test('what cannot be built is told in one line and leaves nothing behind', async () => {
  const say = () => {};
  const broken = commit({ ...doors, 'package.json': 'not JSON' });
  await assert.rejects(buildRevision(repository, broken, { say }), (error: Error) => {
    assert.match(
      error.message,
      new RegExp(`^npm ci of ${broken.slice(0, 7)} failed \\(\\d+\\): npm error [^\\n]+$`),
    );
    return true;
  });
  assert.deepEqual(
    readdirSync(join(folder, 'cache/berth-bench/revisions')).filter((name) => name.startsWith(broken)),
    [],
  );
  rmSync(join(repository, 'test'), { recursive: true });
  const doorless = commit({ 'package.json': '{}' });
  await assert.rejects(buildRevision(repository, doorless, { say, doors: Object.keys(doors) }), {
    message: `${doorless.slice(0, 7)} cannot be used: it has no test/harness/platform.ts`,
  });
  for (const unknown of ['no-such-thing', '-x', 'HEAD~99']) {
    await assert.rejects(buildRevision(repository, unknown, { say }), {
      message: `${unknown} is no revision of this repository (git rev-parse knows none of that name)`,
    });
  }
});

test('the release before is the one that is named, else that which was noted', async () => {
  const release = commit({ 'package.json': '{ }' });
  commit({ 'packages/wire/doc/baseline.json': JSON.stringify({ release }) });
  assert.equal(await previousRelease(repository), release);
  process.env.BERTH_PREVIOUS = 'HEAD~2';
  try {
    assert.equal(await previousRelease(repository), 'HEAD~2');
  } finally {
    delete process.env.BERTH_PREVIOUS;
  }
  git('clone', '--quiet', '--depth', '1', `file://${repository}`, 'shallow');
  assert.equal(await previousRelease(join(repository, 'shallow')), undefined);
});
