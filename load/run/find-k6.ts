import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { InputError } from './input-error.ts';

/** How k6 is started. */
export interface K6 {
  /** For the report: version, and where it was found. */
  name: string;
  command: string;
  /** In front of k6's own arguments; `folders` are what it reads and writes. */
  prefix(folders: string[], environment: Record<string, string>): string[];
}

const run = promisify(execFile);
const image = 'grafana/k6:1.8.1';
const askMs = 20_000;
/** From Go modules, where nothing is built yet. */
const buildMs = 600_000;
/** WebSockets, gRPC and ES modules are in k6 itself from here on. */
const leastMajor = 1;

/** On the PATH, else of the tools for a test cluster (built if they can), else in Docker. Throws InputError. */
export async function findK6(
  root: string,
  env: Record<string, string | undefined>,
  say: (line: string) => void,
): Promise<K6> {
  const onPath = await native('k6', 'PATH');
  if (onPath) return onPath;
  const tools = [env.BERTH_CLUSTER_TOOLS, join(root, '../shared/cluster')].find(
    (folder) => folder !== undefined && existsSync(join(folder, 'build')),
  );
  if (tools !== undefined) {
    const cache = env.XDG_CACHE_HOME || join(homedir(), '.cache');
    const binary = join(env.CLUSTER_HOME || join(cache, 'test-cluster'), 'bin/k6');
    if (!existsSync(binary)) await build(join(tools, 'build'), say);
    const built = await native(binary, 'cluster tools');
    if (built) return built;
  }
  if (await hasDocker()) return inDocker;
  throw new InputError('no k6: put it on the PATH (https://k6.io, 1.0 or newer), or start Docker');
}

async function native(command: string, where: string): Promise<K6 | undefined> {
  let version: string | undefined;
  try {
    const { stdout } = await run(command, ['version'], { timeout: askMs });
    version = /v(\d+\.\d+\.\d+)/.exec(stdout)?.[1];
  } catch {
    return undefined;
  }
  if (version === undefined || Number(version.split('.')[0]) < leastMajor) return undefined;
  return { name: `k6 ${version} (${where})`, command, prefix: () => [] };
}

async function build(tool: string, say: (line: string) => void): Promise<void> {
  say('building k6');
  try {
    await run(tool, ['k6'], { timeout: buildMs });
  } catch (error) {
    const { stderr, message } = error as { stderr?: string; message: string };
    say(`k6 was not built: ${stderr?.trim().split('\n').at(-1) || message}`);
  }
}

async function hasDocker(): Promise<boolean> {
  try {
    await run('docker', ['version', '--format', '{{.Server.Version}}'], { timeout: askMs });
    return true;
  } catch {
    return false;
  }
}

const inDocker: K6 = {
  name: `k6 (Docker: ${image})`,
  command: 'docker',
  prefix: (folders, environment) => [
    ...['run', '--rm', '--interactive', '--network', 'host'],
    ...(process.getuid ? ['--user', `${process.getuid()}:${process.getgid!()}`] : []),
    ...folders.flatMap((folder) => ['--volume', `${folder}:${folder}`]),
    ...Object.entries(environment).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
    image,
  ],
};
