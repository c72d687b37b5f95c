import { execFile } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const file = join(import.meta.dirname, 'argon2.ts');

/** Hashes of gate's kind in a process of their own, with the thread pool that gate has for so many at a time. */
export async function measureArgon2(
  atATime: number,
  seconds: number,
): Promise<{ perSecond: number; cpuUs: number }> {
  const { stdout } = await run(process.execPath, [file, String(atATime), String(seconds)], {
    env: { ...process.env, UV_THREADPOOL_SIZE: String(atATime + 2) },
  });
  return JSON.parse(stdout) as { perSecond: number; cpuUs: number };
}
