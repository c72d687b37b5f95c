import { execFile, spawn } from 'node:child_process';
import { createWriteStream, existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { cacheFolder } from './cache-folder.ts';

const exec = promisify(execFile);

export interface Revision {
  /** Of its commit, abbreviated. */
  name: string;
  folder: string;
}

/** What is promised to the release before, and which that is. */
const baseline = 'packages/wire/doc/baseline.json';

export interface BuildOptions {
  say: (line: string) => void;
  /** Files without which it is of no use. */
  doors?: string[];
  signal?: AbortSignal;
}

/**
 * The release before this one: `BERTH_PREVIOUS`, else the `release` of baseline.json, which `npm run baseline -- REVISION` moves.
 * Undefined where the history does not have it, as in a shallow clone.
 */
export async function previousRelease(repository: string): Promise<string | undefined> {
  const { BERTH_PREVIOUS: wanted } = process.env;
  if (wanted) return wanted;
  const { release } = JSON.parse(await readFile(join(repository, baseline), 'utf8')) as { release: string };
  return commitOf(repository, release).catch(() => undefined);
}

/** The commit that `revision` names; throws with one line when there is none. */
async function commitOf(repository: string, revision: string): Promise<string> {
  const wanted = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`];
  try {
    return (await exec('git', wanted, { cwd: repository })).stdout.trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      throw new Error('git is not installed', { cause: error });
    throw new Error(`${revision} is no revision of this repository (git rev-parse knows none of that name)`, {
      cause: error,
    });
  }
}

/**
 * A folder outside the tree with the files of a revision and what its own lock file installs; kept, by its commit, for the
 * next time. Throws with one line.
 */
export async function buildRevision(
  repository: string,
  revision: string,
  { say, doors = [], signal }: BuildOptions,
): Promise<Revision> {
  const commit = await commitOf(repository, revision);
  const name = commit.slice(0, 7);
  const revisions = join(cacheFolder(), 'revisions');
  const folder = join(revisions, commit);
  if (existsSync(folder)) return { name, folder };
  for (const door of doors) {
    const known = await exec('git', ['cat-file', '-e', `${commit}:${door}`], { cwd: repository }).then(
      () => true,
      () => false,
    );
    if (!known) throw new Error(`${name} cannot be used: it has no ${door}`);
  }
  const fresh = `${folder}.${process.pid}`;
  await mkdir(fresh, { recursive: true });
  try {
    say(`building ${name} in ${folder}`);
    const archive = spawn('git', ['archive', commit], {
      cwd: repository,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const unpack = spawn('tar', ['-x', '-C', fresh], { stdio: ['pipe', 'ignore', 'inherit'] });
    const unpacked = new Promise<number | null>((resolve, reject) => {
      unpack.once('close', resolve);
      unpack.once('error', reject);
    });
    await pipeline(archive.stdout, unpack.stdin);
    if ((await unpacked) !== 0) throw new Error(`${name} could not be unpacked`);
    await install(fresh, name, signal);
    // Made aside and then put in its place, so that one that was interrupted is not taken for whole.
    await rename(fresh, folder).catch((error: NodeJS.ErrnoException) => {
      if (!existsSync(folder)) throw error;
    });
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
  return { name, folder };
}

async function install(folder: string, name: string, signal?: AbortSignal): Promise<void> {
  const logFile = `${folder}.log`;
  const child = spawn('npm', ['ci', '--no-audit', '--no-fund', '--prefer-offline'], {
    cwd: folder,
    signal,
    stdio: ['ignore', 'pipe', 'pipe'],
    // What npm says of the tree that it was started in is not of this one.
    env: Object.fromEntries(Object.entries(process.env).filter(([key]) => !key.startsWith('npm_'))),
  });
  const log = createWriteStream(logFile);
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  await new Promise<void>((resolve) => log.end(resolve));
  const said = (await readFile(logFile, 'utf8')).trim();
  await rm(logFile);
  if (code !== 0) {
    const reason = said.split('\n').find((line) => /error/i.test(line)) ?? said.split('\n').at(-1);
    throw new Error(`npm ci of ${name} failed (${code}): ${reason}`);
  }
}
