import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { LocalError } from './local-error.ts';
import { systemReason } from './system-errors.ts';

/** Takes the data folder for this process; what is returned gives it back. Throws LocalError while another one has it. */
export function takeFolder(dataDir: string): () => void {
  try {
    makeFolder(dataDir);
  } catch (error) {
    throw new LocalError(
      `cannot make the data folder ${systemReason(error, dataDir) ?? error}; choose another with --data`,
    );
  }
  const file = join(dataDir, 'lock');
  for (let attempt = 0; ; attempt++) {
    try {
      writeFileSync(file, `${process.pid}\n`, { flag: 'wx', mode: 0o600 });
      return () => rmSync(file, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST')
        // It is the folder that was chosen, not the file in it.
        throw new LocalError(
          `cannot write into the data folder ${systemReason(Object.assign(error as Error, { path: dataDir })) ?? error}; choose another with --data`,
        );
    }
    const holder = Number(readFileSync(file, 'utf8'));
    if (attempt > 0 || isLauncher(holder))
      throw new LocalError(
        `Berth runs already (process ${holder}, data in ${dataDir}); stop it, or choose another --data, --port and --mail-port`,
      );
    // Its process was killed before it could give the folder back.
    rmSync(file, { force: true });
  }
}

/**
 * Throws LocalError when there is too little room for private servers to begin with: the empty data of MySQL take 190 MiB,
 * of MariaDB 110, their logs and a build of the web client come beside.
 */
export function assertRoom({ dataDir, mysqlUrl }: { dataDir: string; mysqlUrl: string | undefined }): void {
  const isFresh = mysqlUrl === undefined && !existsSync(join(dataDir, 'mysql'));
  const wanted = isFresh ? 300 : 20;
  const { bavail, bsize } = statfsSync(dataDir);
  const free = Math.floor((bavail * bsize) / 2 ** 20);
  if (free < wanted)
    throw new LocalError(
      `the disk of ${dataDir} has ${free} MiB left, ${wanted} are needed; choose another folder with --data`,
    );
}

/** With its parents. Node's own way never ends where the parent is there and takes none, as in /proc. */
function makeFolder(folder: string): void {
  // Throws what is to be said when it is none.
  if (existsSync(folder)) readdirSync(folder);
  else {
    makeParents(folder);
    mkdirSync(folder, { mode: 0o700 });
  }
}

/** One that is there need not be one that this user may look into. */
function makeParents(folder: string): void {
  const parent = dirname(folder);
  if (existsSync(parent)) return;
  makeParents(parent);
  mkdirSync(parent, { mode: 0o700 });
}

/** Whether the process lives and, where that can be seen, is a launcher: process ids are used again. */
function isLauncher(pid: number): boolean {
  if (!(pid > 0) || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  try {
    return /apps\/local\b/.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
  } catch {
    return true;
  }
}
