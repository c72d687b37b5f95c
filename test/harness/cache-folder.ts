import { homedir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';

/** Where what is built for measurements is kept: outside the tree, by what it was built from. */
export const cacheFolder = (): string =>
  join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'berth-bench');
