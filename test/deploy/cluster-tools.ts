import { execFile, execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';

const exec = promisify(execFile);
const root = resolve(import.meta.dirname, '../..');

/** Folder of the tools that bring up a cluster without Docker, when they are on this machine. */
export const clusterTools = [process.env.BERTH_CLUSTER_TOOLS, join(root, '../shared/cluster')].find(
  (folder) => folder !== undefined && existsSync(join(folder, 'up')),
);

/** Where the cluster's tools put kubectl, helm and the rest. */
export const clusterBin = join(
  process.env.CLUSTER_HOME ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'test-cluster'),
  'bin',
);

export interface Tool {
  /** Such as `helm 3.17`. */
  name: string;
  /** Rejects with what the tool printed when it fails. */
  run(args: string[], options?: RunOptions): Promise<string>;
}

interface RunOptions {
  timeoutMs?: number;
  env?: Record<string, string>;
  /** For its standard input. */
  input?: string;
  /** Whether what it prints about its progress is shown. */
  told?: boolean;
}

export function tool(name: string, file: string): Tool {
  return {
    name,
    async run(args, { timeoutMs = 120_000, env = {}, input, told = false } = {}) {
      const options = { cwd: root, timeout: timeoutMs, maxBuffer: 1 << 26, env: { ...process.env, ...env } };
      const running = exec(file, args, options);
      running.child.stdin?.end(input);
      if (told) running.child.stderr?.pipe(process.stderr, { end: false });
      try {
        return (await running).stdout;
      } catch (error) {
        const { stdout, stderr, code } = error as { stdout: string; stderr: string; code: number };
        throw new Error(`${name} ${args.slice(0, 2).join(' ')} (${code}):\n${stderr}${stdout}`, {
          cause: error,
        });
      }
    },
  };
}

/** Of what the tools fetch with it, helm is put in place last. */
const hasHelms = () => existsSync(join(clusterBin, 'helm'));

/** Fetches both Helms and kubectl where the cluster's tools can: before any test file, or two would do so at once. */
export function fetchHelms(say: (line: string) => void): void {
  if (clusterTools === undefined || hasHelms()) return;
  say(`fetching both Helms and kubectl (${join(clusterTools, 'build')} helm)`);
  execFileSync(join(clusterTools, 'build'), ['helm'], { stdio: ['ignore', 'ignore', 'inherit'] });
}

/** What the cluster needs and does not install itself, as Debian calls it: the compiler of its smallest image. */
export function missingClusterPackages(): string[] {
  if (clusterTools === undefined) return [];
  const found = ['/usr/bin/gcc', '/usr/lib/x86_64-linux-gnu/libc.a'].every((file) => existsSync(file));
  return found ? [] : ['gcc', 'libc6-dev'];
}

/** Both Helms that Berth promises to work with, where the cluster's tools have fetched them; else the one on the PATH. */
export function findHelms(): Tool[] {
  if (clusterTools !== undefined && hasHelms())
    return [tool('helm 4', join(clusterBin, 'helm')), tool('helm 3', join(clusterBin, 'helm3'))];
  try {
    execFileSync('helm', ['version'], { stdio: 'ignore' });
    return [tool('helm', 'helm')];
  } catch {
    return [];
  }
}

export const kubectl = (): Tool =>
  tool('kubectl', existsSync(join(clusterBin, 'kubectl')) ? join(clusterBin, 'kubectl') : 'kubectl');
