import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';

const name = /^berth-test-(\d+)$/;

/**
 * From now on what this process and those that it starts call the machine's folder for temporary files is one of this
 * run's own: what a test that was killed, or a program that cleans up after itself never, leaves there goes with it. Those of
 * runs that were killed themselves go now. Answers with what removes it.
 */
export function useOwnTemporaryFolder(): () => void {
  const machines = tmpdir();
  for (const entry of readdirSync(machines)) {
    const pid = name.exec(entry)?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) remove(join(machines, entry));
  }
  const folder = join(machines, `berth-test-${process.pid}`);
  remove(folder);
  mkdirSync(folder);
  // Some tests run programs as another user.
  chmodSync(folder, 0o1777);
  process.env.TMPDIR = folder;
  return () => remove(folder);
}

function isAlive(pid: number): boolean {
  if (existsSync('/proc/self')) return existsSync(`/proc/${pid}`);
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function remove(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  } catch {
    // Somebody else's, or a file system is mounted in it still.
  }
}
