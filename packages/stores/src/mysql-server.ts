import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, rmSync } from 'node:fs';
import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { findStores } from './binaries.ts';
import { freePort } from './free-port.ts';
import { assertMysqlReads } from './made-by.ts';
import { type RunningServer, runningServer } from './running-server.ts';
import { ServerProcess } from './server-process.ts';

const exec = promisify(execFile);

export interface MariadbOptions {
  /** Folder of the data; made and initialised when it is not there. */
  dir: string;
  /** Default: a free one. */
  port?: number;
  /** Further arguments of the server. */
  args?: string[];
  /** Takes what the server prints. */
  logFile?: string;
  /** Kills it when aborted before it is ready. */
  signal?: AbortSignal;
}

export type RunningMysql = RunningServer;

const socketName = 'server.sock';

/**
 * A private MariaDB or MySQL on 127.0.0.1 with a user `berth` (its password lies beside the data) and a database
 * `berth`, durable as Berth demands. Throws with the server's last lines when it does not come up, and ForeignFolderError
 * when another one made the data.
 */
export async function startMysql({
  dir,
  port,
  args = [],
  logFile,
  signal,
}: MariadbOptions): Promise<RunningMysql> {
  const { mysqld } = findStores();
  if (!mysqld) throw new Error('no mariadbd or mysqld on this machine');
  const { stdout: version } = await exec(mysqld, ['--no-defaults', '--version']);
  const isMaria = /MariaDB/i.test(version);
  const data = join(dir, 'data');
  assertMysqlReads(data, { isMaria, version });
  // A server that starts deletes what it takes for its own in the folder of temporary files: also what others have there.
  const temporary = join(dir, 'tmp');
  await rm(temporary, { recursive: true, force: true });
  await mkdir(temporary, { recursive: true });
  if (!existsSync(join(data, 'mysql'))) await initialise({ mysqld, isMaria, data, temporary, signal });
  const password = await readPassword(dir);
  const init = join(dir, 'init.sql');
  await writeFile(
    init,
    [
      "CREATE USER IF NOT EXISTS 'berth'@'127.0.0.1' IDENTIFIED BY '';",
      `ALTER USER 'berth'@'127.0.0.1' IDENTIFIED BY '${password}';`,
      "GRANT ALL ON *.* TO 'berth'@'127.0.0.1';",
      'CREATE DATABASE IF NOT EXISTS berth CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;',
      '',
    ].join('\n'),
    { mode: 0o600 },
  );
  const chosenPort = port ?? (await freePort());
  // Nobody else's server is on these data, so one that was killed has left them.
  const removeSocket = () => {
    for (const file of [socketName, `${socketName}.lock`]) rmSync(join(data, file), { force: true });
  };
  removeSocket();
  const argv = [
    '--no-defaults',
    ...asRoot(),
    `--datadir=${data}`,
    `--tmpdir=${temporary}`,
    // From the folder of the data, where the server goes to: a socket's path has at most 107 bytes.
    `--socket=${socketName}`,
    `--pid-file=${join(dir, 'server.pid')}`,
    `--port=${chosenPort}`,
    '--bind-address=127.0.0.1',
    '--skip-name-resolve',
    '--character-set-server=utf8mb4',
    '--collation-server=utf8mb4_bin',
    `--init-file=${init}`,
    '--innodb-flush-log-at-trx-commit=1',
    '--innodb-buffer-pool-size=256M',
    '--max-connections=600',
    '--max-prepared-stmt-count=65536',
    isMaria ? '--skip-log-bin' : '--disable-log-bin',
    ...(isMaria ? [] : ['--mysqlx=OFF']),
    ...args,
  ];
  // It takes no SIGTERM in the first moments of its start; and what it has committed outlives SIGKILL.
  const server = new ServerProcess(mysqld, argv, { logFile, signal, deathSignal: 'KILL' });
  void server.exited.then(removeSocket);
  // MySQL says it for its own set-up, too, with port 0.
  await server.ready(new RegExp(`ready for connections[^\\0]*port: ${chosenPort}`, 'i'));
  return runningServer(server, `mysql://berth:${password}@127.0.0.1:${chosenPort}/berth`, chosenPort);
}

/** The servers refuse to run as root unless they are told to by name; others may not name a user. */
const asRoot = (): string[] => (process.getuid?.() === 0 ? ['--user=root'] : []);

/** Made aside and then put in its place, so that one that was interrupted is not taken for whole. */
async function initialise({
  mysqld,
  isMaria,
  data,
  temporary,
  signal,
}: {
  mysqld: string;
  isMaria: boolean;
  data: string;
  temporary: string;
  signal?: AbortSignal | undefined;
}): Promise<void> {
  const fresh = `${data}.new`;
  await rm(data, { recursive: true, force: true });
  // After a SIGKILL of who made them, the server that the tool ran may write for a moment more.
  await rm(fresh, { recursive: true, force: true, maxRetries: 10 });
  await mkdir(dirname(data), { recursive: true });
  const folders = [`--datadir=${fresh}`, `--tmpdir=${temporary}`];
  if (isMaria) {
    const tool =
      ['mariadb-install-db', 'mysql_install_db'].find((name) => existsSync(join('/usr/bin', name))) ??
      'mariadb-install-db';
    // Without --user, also as root: with it the tool gives a folder of the machine's own MariaDB to that user.
    // With --force, as the tool else wants the machine's name to be one that can be looked up.
    const args = ['--no-defaults', ...folders, '--skip-test-db', '--force'];
    await setUp(tool, [...args, '--innodb-log-file-size=64M'], signal);
  } else {
    const args = ['--no-defaults', ...asRoot(), '--initialize-insecure', ...folders];
    await setUp(mysqld, args, signal);
  }
  await rename(fresh, data);
}

/**
 * What keeps the tools from it they say on either stream. MariaDB's is a script that runs the server: an abort ends both,
 * and is over when neither writes any more.
 */
async function setUp(tool: string, args: string[], signal?: AbortSignal): Promise<void> {
  const run = new ServerProcess(tool, args, { signal, deathSignal: 'KILL' });
  if ((await run.exited).code === 0) return;
  throw new Error(`${tool} could not make its data\n${run.firstLines(12)}`);
}

/** The password of the user `berth`, made once and kept beside the data. */
export async function readPassword(dir: string): Promise<string> {
  await mkdir(dir, { recursive: true });
  const file = join(dir, 'password');
  if (!existsSync(file)) await writeFile(file, randomBytes(18).toString('hex'), { mode: 0o600 });
  await chmod(file, 0o600);
  return (await readFile(file, 'utf8')).trim();
}
