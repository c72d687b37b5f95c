import { readFileSync } from 'node:fs';

/** USER_HZ, in which Linux tells CPU times: 100 on every architecture that Node runs on. */
const ticksPerSecond = 100;

/**
 * CPU seconds in a line of /proc/PID/stat: user and system, of all threads, and of the children that have ended (Redis
 * writes its snapshots in such).
 */
export function parseCpuSeconds(stat: string): number {
  // The name is in parentheses and may hold any character, parentheses and spaces, too.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  // Field 14 of proc(5) is utime; the first after the name is field 3.
  const [utime, stime, cutime, cstime] = fields.slice(11, 15).map(Number);
  return (utime! + stime! + cutime! + cstime!) / ticksPerSecond;
}

/** CPU seconds of a process since it began; one that is gone is an error, since its time is gone, too. */
export const cpuSecondsOf = (pid: number): number =>
  parseCpuSeconds(readFileSync(`/proc/${pid}/stat`, 'utf8'));

/** Process ids by what they are, such as `chat`. */
export type ProcessGroups = Record<string, number[]>;

/** CPU of processes from the operating system, in cores, from its making until `stop`. */
export class CpuMeter {
  readonly #groups: ProcessGroups;
  readonly #before: Record<string, number>;
  readonly #startedAt = performance.now();

  constructor(groups: ProcessGroups) {
    this.#groups = groups;
    this.#before = this.#read();
  }

  /** Cores that each group kept busy meanwhile: CPU seconds a second. */
  stop(): Record<string, number> {
    const seconds = (performance.now() - this.#startedAt) / 1_000;
    const after = this.#read();
    return Object.fromEntries(
      Object.entries(after).map(([name, total]) => [name, (total - this.#before[name]!) / seconds]),
    );
  }

  #read(): Record<string, number> {
    return Object.fromEntries(
      Object.entries(this.#groups).map(([name, pids]) => [
        name,
        pids.reduce((sum, pid) => sum + cpuSecondsOf(pid), 0),
      ]),
    );
  }
}
