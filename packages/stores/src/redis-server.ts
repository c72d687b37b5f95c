import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { promisify } from 'node:util';
import { findStores } from './binaries.ts';
import { freePort } from './free-port.ts';
import { assertRedisReads } from './made-by.ts';
import { type RunningServer, runningServer } from './running-server.ts';
import { ServerProcess } from './server-process.ts';

const exec = promisify(execFile);

export type RunningRedis = RunningServer;

/** A private Redis on 127.0.0.1, `noeviction`, its data (append only) under `dir`; without `dir` in memory alone. */
export async function startRedis({
  dir,
  port,
  args = [],
  logFile,
  signal,
}: {
  dir?: string;
  port?: number;
  args?: string[];
  logFile?: string;
  signal?: AbortSignal;
} = {}): Promise<RunningRedis> {
  const { redisServer } = findStores();
  if (!redisServer) throw new Error('no redis-server on this machine');
  if (dir) {
    await mkdir(dir, { recursive: true });
    assertRedisReads(dir, (await exec(redisServer, ['--version'])).stdout);
  }
  const chosenPort = port ?? (await freePort());
  const argv = [
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
    // A replica writes what it is sent to its folder.
    ...['--dir', dir ?? tmpdir()],
    // 10,000 above the port by default, where an outgoing connection may be.
    ...(args.includes('--cluster-enabled') ? ['--cluster-port', String(await freePort())] : []),
    ...args,
  ];
  const server = new ServerProcess(redisServer, argv, { logFile, signal });
  await server.ready(/Ready to accept connections/);
  return runningServer(server, `redis://127.0.0.1:${chosenPort}`, chosenPort);
}
