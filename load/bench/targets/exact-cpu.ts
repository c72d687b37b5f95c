import { readdirSync, readFileSync } from 'node:fs';

/**
 * CPU seconds of a process' present threads to the nanosecond, where the ticks of /proc/PID/stat (10 ms) are too coarse: of
 * processes that do next to nothing, and start no threads meanwhile.
 */
export function exactCpuSeconds(pid: number): number {
  const threads = readdirSync(`/proc/${pid}/task`);
  const nanoseconds = threads.map((thread) =>
    Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]),
  );
  return nanoseconds.reduce((sum, ns) => sum + ns, 0) / 1e9;
}

/** Cores that the processes keep busy during `work`. */
export async function coresDuring(pids: number[], work: () => Promise<unknown>): Promise<number> {
  const read = () => pids.reduce((sum, pid) => sum + exactCpuSeconds(pid), 0);
  const [startedAt, before] = [performance.now(), read()];
  await work();
  return ((read() - before) * 1_000) / (performance.now() - startedAt);
}
