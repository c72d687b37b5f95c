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

const bin = join(
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
}

export function tool(name: string, file: string): Tool {
  return {
    name,
    async run(args, { timeoutMs = 120_000, env = {}, input } = {}) {
      const options = { cwd: root, timeout: timeoutMs, maxBuffer: 1 << 26, env: { ...process.env, ...env } };
      const running = exec(file, args, options);
      running.child.stdin?.end(input);
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

/** Both Helms that Berth promises to work with, where the cluster's tools can fetch them; else the one on the PATH. */
export function findHelms(): Tool[] {
  if (clusterTools !== undefined) {
    if (!existsSync(join(bin, 'helm3')))
      execFileSync(join(clusterTools, 'build'), ['helm'], { stdio: 'inherit' });
    return [tool('helm 4', join(bin, 'helm')), tool('helm 3', join(bin, 'helm3'))];
  }
  try {
    execFileSync('helm', ['version'], { stdio: 'ignore' });
    return [tool('helm', 'helm')];
  } catch {
    return [];
  }
}

export const kubectl = (): Tool =>
  tool('kubectl', existsSync(join(bin, 'kubectl')) ? join(bin, 'kubectl') : 'kubectl');
