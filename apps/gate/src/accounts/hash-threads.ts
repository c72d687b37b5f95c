import { readdir, readFile } from 'node:fs/promises';
import { setPriority } from 'node:os';

const tasks = '/proc/self/task';
/** Of a thread of libuv's pool. */
const poolThread = 'libuv-worker';
/** As `nice` has it: a tenth of the event loop's share where both want the same core. */
const priority = 10;

/**
 * Lets the threads that hash give way to the event loop: a hash keeps a core for 25 ms, and where there are no more cores than
 * hashes every request would wait for one. Of Linux, which has priorities of single threads; elsewhere nothing is done.
 * Answers with how many threads there are.
 */
export async function lowerHashThreads(): Promise<number> {
  let lowered = 0;
  try {
    // This read has started the pool, all of it.
    for (const thread of await readdir(tasks)) {
      const name = await readFile(`${tasks}/${thread}/comm`, 'utf8');
      if (name.trim() !== poolThread) continue;
      setPriority(Number(thread), priority);
      lowered++;
    }
  } catch {
    // No /proc, or it may not be done: hashing works as well.
  }
  return lowered;
}
