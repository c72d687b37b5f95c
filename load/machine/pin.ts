import { spawnSync } from 'node:child_process';
import { cpus } from 'node:os';
import type { ProcessGroups } from './process-cpu.ts';

const last = cpus().length - 1;

/** Which cores the servers are kept on and which one the loader, so that neither takes the other's; undefined on one core. */
export const pinnedCores =
  last > 0 ? { servers: last === 1 ? '0' : `0-${last - 1}`, loader: String(last) } : undefined;

/** Keeps a process with all its threads, and what it begins from now on, on these cores. False where there is no taskset. */
export function pin(pid: number, cores: string): boolean {
  const { status } = spawnSync('taskset', ['-a', '-c', '-p', cores, String(pid)], { stdio: 'ignore' });
  return status === 0;
}

/** As `pin`, for all of them. */
export const pinAll = (groups: ProcessGroups, cores: string): boolean =>
  Object.values(groups)
    .flat()
    .every((pid) => pin(pid, cores));
