import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { LocalError } from './local-error.ts';

/** Takes the data folder for this process; what is returned gives it back. Throws LocalError while another one has it. */
export function takeFolder(dataDir: string): () => void {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const file = join(dataDir, 'lock');
  for (let attempt = 0; ; attempt++) {
    try {
      writeFileSync(file, `${process.pid}\n`, { flag: 'wx', mode: 0o600 });
      return () => rmSync(file, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST')
        throw new LocalError(`cannot write ${file}: ${(error as Error).message}`);
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
