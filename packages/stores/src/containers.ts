import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import { assertRedisReads } from './made-by.ts';
import { readPassword } from './mysql-server.ts';
import { type RunningServer, runningServer } from './running-server.ts';
import { ServerProcess, type ServerProcessOptions } from './server-process.ts';

/** The first start pulls an image. */
const readyTimeoutMs = 5 * 60_000;

/** The last of the 7 that the image's tag names. */
const imageVersion = '7.4.0';

interface ContainerOptions {
  /** Folder of the data, mounted into the container. */
  dir: string;
  /** Default: a free one. */
  port?: number;
  logFile?: string;
  signal?: AbortSignal;
}

/** Whether Docker is installed and its daemon answers this user. */
export function hasDocker(): boolean {
  return spawnSync('docker', ['info'], { stdio: 'ignore', timeout: 5_000 }).status === 0;
}

/** As `startMysql`, from the official MariaDB image, for machines with Docker and no server of their own. */
export async function startMysqlContainer({
  dir,
  port: wantedPort,
  logFile,
  signal,
}: ContainerOptions): Promise<RunningServer> {
  const password = await readPassword(dir);
  const data = join(dir, 'container');
  await mkdir(data, { recursive: true });
  // A file, because arguments can be read by everyone on the machine.
  const environment = join(dir, 'container.env');
  await writeFile(
    environment,
    `MARIADB_RANDOM_ROOT_PASSWORD=1\nMARIADB_DATABASE=berth\nMARIADB_USER=berth\nMARIADB_PASSWORD=${password}\n`,
    { mode: 0o600 },
  );
  const port = wantedPort ?? (await freePort());
  const server = new Container('mysql', { logFile, signal }, [
    `--publish=127.0.0.1:${port}:3306`,
    `--volume=${data}:/var/lib/mysql`,
    `--env-file=${environment}`,
    'mariadb:10.11',
    '--character-set-server=utf8mb4',
    '--collation-server=utf8mb4_bin',
    '--innodb-flush-log-at-trx-commit=1',
    '--skip-log-bin',
    '--max-connections=600',
    '--max-prepared-stmt-count=65536',
  ]);
  // The image's own set-up says it first, with port 0.
  await server.ready(/ready for connections[^\0]*port: 3306/i, readyTimeoutMs);
  return runningServer(server, `mysql://berth:${password}@127.0.0.1:${port}/berth`, port);
}

/** As `startRedis`, from the official image. */
export async function startRedisContainer({
  dir,
  port: wantedPort,
  logFile,
  signal,
}: ContainerOptions): Promise<RunningServer> {
  await mkdir(dir, { recursive: true });
  const port = wantedPort ?? (await freePort());
  assertRedisReads(dir, imageVersion);
  const server = new Container('redis', { logFile, signal }, [
    `--publish=127.0.0.1:${port}:6379`,
    `--volume=${dir}:/data`,
    `redis:${imageVersion.split('.')[0]}`,
    ...['redis-server', '--maxmemory-policy', 'noeviction', '--save', '', '--appendonly', 'yes'],
  ]);
  await server.ready(/Ready to accept connections/, readyTimeoutMs);
  return runningServer(server, `redis://127.0.0.1:${port}`, port);
}

/** In the foreground: it lives as long as this process, and a signal to it reaches the server; but not SIGKILL. */
class Container extends ServerProcess {
  readonly #name: string;

  constructor(what: string, options: ServerProcessOptions, args: string[]) {
    const name = `berth-${what}-${randomBytes(4).toString('hex')}`;
    super('docker', ['run', '--rm', `--name=${name}`, ...args], options);
    this.#name = name;
  }

  override async kill(): Promise<void> {
    spawnSync('docker', ['rm', '--force', this.#name], { stdio: 'ignore', timeout: 10_000 });
    await super.kill();
  }
}
