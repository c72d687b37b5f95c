import { execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { eventually } from '@berth/fixtures';
import { freePort } from '@berth/stores';

/** The chart's configuration. */
export const edgeConfig = new URL('../../../charts/berth/files/haproxy.cfg', import.meta.url).pathname;

/** Where Debian and the official image put it. */
export const haproxyBinary = ['/usr/sbin/haproxy', '/usr/local/sbin/haproxy'].find((file) =>
  existsSync(file),
);

/** Brings newer servers than those of this Debian, where that is on this machine. */
const fetcher = join(
  process.env.BERTH_STORE_TOOLS ?? resolve(import.meta.dirname, '../../../../shared/stores'),
  'fetch',
);
const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'berth-servers');
const newerBinary = join(cache, 'haproxy3/bin/haproxy');

/** Fetches HAProxy 3 where there is a way to: before any test file, or two would do so at once. */
export function fetchNewerHaproxy(say: (line: string) => void): void {
  if (existsSync(newerBinary)) return;
  if (!existsSync(fetcher)) {
    say(`the edge is tested on the installed HAProxy only: BERTH_STORE_TOOLS names no folder with fetch`);
    return;
  }
  say('fetching HAProxy 3, beside the installed one');
  try {
    execFileSync(fetcher, [cache, 'haproxy3'], { stdio: ['ignore', 'ignore', 'inherit'] });
  } catch (error) {
    say(`the edge is tested on the installed HAProxy only: ${(error as Error).message}`);
  }
}

/** Every HAProxy that is here: the installed one, and a 3. */
export const haproxies = [haproxyBinary, newerBinary]
  .filter((binary) => binary !== undefined && existsSync(binary))
  .map((binary) => ({ binary: binary!, version: versionOf(binary!) }));

function versionOf(binary: string): string {
  return /version (\d+\.\d+)/.exec(execFileSync(binary, ['-v'], { encoding: 'utf8' }))?.[1] ?? 'unknown';
}

export interface RunningEdge {
  http: number;
  innerHttp: number;
  tcp: number;
  innerTcp: number;
  /** With EDGE_FILES_TCP. */
  files: number;
  ops: number;
  exited: Promise<{ code: number | null }>;
  signal(name: NodeJS.Signals): void;
  stop(): Promise<void>;
}

/**
 * Runs the chart's own configuration on free ports of 127.0.0.1; `settings` are its environment variables, `file` another
 * file than the chart's.
 */
export async function startEdge(
  binary: string,
  settings: Record<string, string>,
  file = edgeConfig,
): Promise<RunningEdge> {
  const [http, innerHttp, tcp, innerTcp, files, ops] = [
    await freePort(),
    await freePort(),
    await freePort(),
    await freePort(),
    await freePort(),
    await freePort(),
  ];
  const child = spawn(binary, ['-W', '-db', '-f', file], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH,
      EDGE_HOST: '127.0.0.1',
      EDGE_SCHEME: 'https',
      EDGE_MAX_CONNECTIONS: '1000',
      EDGE_THREADS: '1',
      EDGE_DRAIN_SECONDS: '30',
      EDGE_HTTP_PORT: String(http),
      EDGE_INNER_HTTP_PORT: String(innerHttp),
      EDGE_TCP_PORT: String(tcp),
      EDGE_INNER_TCP_PORT: String(innerTcp),
      EDGE_FILES_TCP_PORT: String(files),
      EDGE_OPS_PORT: String(ops),
      ...settings,
    },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output = (output + chunk).slice(-10_000);
    });
  }
  const exited = new Promise<{ code: number | null }>((resolve) =>
    child.once('exit', (code) => resolve({ code })),
  );
  const gone = exited.then(({ code }) => {
    throw new Error(`haproxy ended with ${code}: ${output}`);
  });
  const ready = eventually(
    'the edge is ready',
    async () => (await fetch(`http://127.0.0.1:${ops}/readyz`)).ok,
    20_000,
  );
  await Promise.race([ready, gone]);
  gone.catch(() => {});
  return {
    ...{ http, innerHttp, tcp, innerTcp, files, ops, exited },
    signal: (name) => child.kill(name),
    stop: async () => {
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), 5_000);
      await exited;
      clearTimeout(timer);
    },
  };
}
