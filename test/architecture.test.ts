import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import process from 'node:process';
import { test } from 'node:test';
import { promisify } from 'node:util';

const root = dirname(import.meta.dirname);
const run = promisify(execFile);
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => file !== '');
const sources = files.filter((file) => /\.tsx?$/.test(file) && !/(^|\/)(gen|generated)\//.test(file));

/** Runs a tool of node_modules/.bin and answers with what it printed and how it ended. */
async function tool(name: string, args: string[]): Promise<{ code: number; output: string }> {
  try {
    const { stdout, stderr } = await run(process.execPath, [`node_modules/.bin/${name}`, ...args], {
      cwd: root,
      maxBuffer: 1 << 26,
    });
    return { code: 0, output: stdout + stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, output: `${stdout}${stderr}` };
  }
}

test('imports keep to the structure: no circle of files, floors of chat in order, no app in another, nothing above the top', async () => {
  const { code, output } = await tool('depcruise', [
    '--config',
    '.dependency-cruiser.mjs',
    'packages',
    'apps',
    'infra',
    'load',
    'test',
  ]);
  assert.equal(code, 0, output);
});

test('no export, file or dependency is unused', async () => {
  const { code, output } = await tool('knip', ['--no-progress', '--no-config-hints']);
  assert.equal(code, 0, output);
});

test('no file is longer than 400 lines', () => {
  const long = sources.map((file) => ({ file, lines: linesOf(file) })).filter(({ lines }) => lines > 400);
  assert.deepEqual(long, []);
});

test('names say what a thing is: nothing is called helper, util, common, manager and the like', () => {
  const folders = /(^|\/)(common|utils?|helpers?|shared|misc|lib)(\/|\.)/;
  const words =
    /(Mgr|Manager|Helper|Utils?|Common|Logic|Dao)(?=[A-Z.]|$)|(?:^|-)(mgr|manager|helpers?|utils?|common|logic|dao)(?=[-.]|$)/;
  const badFiles = files.filter((file) => folders.test(file) || words.test(file.split('/').at(-1)!));
  assert.deepEqual(badFiles, []);
  const declared =
    /^export (?:abstract )?(?:class|interface|type|function|const) (\w*(?:Mgr|Manager|Helper|Utils?|Common|Logic|Dao|Base|Data|Info)\w*)/gm;
  const badNames = sources.flatMap((file) =>
    [...readFileSync(`${root}/${file}`, 'utf8').matchAll(declared)]
      .filter(([, name]) =>
        /(?:Mgr|Manager|Helper|Utils?|Common|Logic|Dao|Base|Data|Info)(?=[A-Z]|$)/.test(name!),
      )
      .map(([, name]) => `${file}: ${name}`),
  );
  assert.deepEqual(badNames, []);
});

test('files are kebab-case and export by name', () => {
  assert.deepEqual(
    sources.filter((file) => !/^[a-z0-9.-]+$/.test(file.split('/').at(-1)!)),
    [],
  );
  const starred = sources.filter((file) =>
    /^export \*|^export type \*/m.test(readFileSync(`${root}/${file}`, 'utf8')),
  );
  assert.deepEqual(starred, []);
});

test('only config.ts reads the environment', () => {
  const readers = sources.filter(
    (file) =>
      /^(apps|packages)\//.test(file) &&
      !/(^|\/)(config|main)\.ts$|\.(test|fixture)\.tsx?$|\/testing\/|^packages\/(fixtures|stores)\/|^apps\/(local|cli)\//.test(
        file,
      ) &&
      /process\.env/.test(readFileSync(`${root}/${file}`, 'utf8')),
  );
  assert.deepEqual(readers, []);
});

test('every app has its parts: config, app, main', () => {
  for (const app of ['gate', 'verify', 'status', 'chat']) {
    for (const part of ['config.ts', 'app.ts', 'main.ts']) {
      assert.ok(files.includes(`apps/${app}/src/${part}`), `apps/${app}/src/${part}`);
    }
    assert.ok(linesOf(`apps/${app}/src/main.ts`) <= 40, `apps/${app}/src/main.ts is not small`);
  }
});

test('the generated contracts are what the protos say', async () => {
  const before = files
    .filter((file) => file.startsWith('packages/contracts/src/gen/'))
    .map((file) => readFileSync(`${root}/${file}`, 'utf8'));
  assert.ok(before.length >= 3);
  const { code, output } = await tool('buf', ['generate', '-o', '.berth/generated-check']);
  assert.equal(code, 0, output);
  const after = files
    .filter((file) => file.startsWith('packages/contracts/src/gen/'))
    .map((file) => readFileSync(`${root}/.berth/generated-check/${file}`, 'utf8'));
  assert.deepEqual(after, before);
});

test('no two migrations have one number', () => {
  const migrations = files
    .filter((file) => file.startsWith('packages/mysql/migrations/'))
    .map((file) => file.split('/').at(-1)!);
  assert.ok(migrations.length > 30);
  const numbers = migrations.map((file) => file.slice(0, 4));
  assert.deepEqual(
    migrations.filter((file) => numbers.indexOf(file.slice(0, 4)) !== numbers.lastIndexOf(file.slice(0, 4))),
    [],
  );
});

test('nothing committed names this machine or holds a download address', () => {
  const lock = readFileSync(`${root}/package-lock.json`, 'utf8');
  assert.doesNotMatch(lock, /"resolved": "https?:/);
});

function linesOf(file: string): number {
  return readFileSync(`${root}/${file}`, 'utf8').split('\n').length - 1;
}
