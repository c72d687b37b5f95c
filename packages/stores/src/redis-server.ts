import { mkdir } from 'node:fs/promises';
import { findStores } from './binaries.ts';
import { freePort } from './free-port.ts';
import { ServerProcess } from './server-process.ts';

export interface RunningRedis {
  url: string;
  port: number;
  pid: number;
  exited: Promise<unknown>;
  signal(name: NodeJS.Signals): void;
  stop(): Promise<void>;
  kill(): Promise<void>;
}

/** A private Redis on 127.0.0.1, `noeviction`, its data (append only) under `dir`; without `dir` in memory alone. */
export async function startRedis({
  dir,
  port,
  args = [],
}: {
  dir?: string;
  port?: number;
  args?: string[];
} = {}): Promise<RunningRedis> {
  const { redisServer } = findStores();
  if (!redisServer) throw new Error('no redis-server on this machine');
  if (dir) await mkdir(dir, { recursive: true });
  const chosenPort = port ?? (await freePort());
  const server = new ServerProcess(redisServer, [
    ...[
      '--port',
      String(chosenPort),
      '--bind',
      '127.0.0.1',
      '--maxmemory-policy',
      'noeviction',
      '--save',
      '',
    ],
    ...['--appendonly', dir ? 'yes' : 'no', '--appendfsync', 'everysec', '--loglevel', 'notice'],
    ...(dir ? ['--dir', dir] : []),
    ...args,
  ]);
  await server.ready(/Ready to accept connections/);
  return {
    url: `redis://127.0.0.1:${chosenPort}`,
    port: chosenPort,
    pid: server.pid,
    exited: server.exited,
    signal: (name) => server.signal(name),
    stop: () => server.stop(),
    kill: () => server.kill(),
  };
}
