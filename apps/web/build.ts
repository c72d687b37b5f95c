import { existsSync } from 'node:fs';
import { mkdtemp, rename, rm, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'vite';

/**
 * `npm run build -w @berth/web`: builds beside `dist` and then takes its place, so that whoever serves it never sees half a
 * build, and two builds at a time do not spoil each other.
 */
const root = import.meta.dirname;
const dist = join(root, 'dist');
const startedAt = new Date();
const fresh = await mkdtemp(join(root, '.dist-'));
try {
  await build({ root, logLevel: 'warn', build: { outDir: fresh, emptyOutDir: true } });
  // As old as the sources that it was made of: what changes meanwhile is newer.
  await utimes(join(fresh, 'index.html'), startedAt, startedAt);
  const old = `${fresh}-old`;
  if (existsSync(dist)) await rename(dist, old);
  await rename(fresh, dist);
  await rm(old, { recursive: true, force: true });
} catch (error) {
  await rm(fresh, { recursive: true, force: true });
  throw error;
}
