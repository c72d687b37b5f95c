import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import rootPackage from '../../package.json' with { type: 'json' };

const root = join(import.meta.dirname, '../..');
/** All that images are made of. */
const sources = ['apps/**', 'packages/**', 'images/**', 'package-lock.json'];

/**
 * The version and a hash of the images' sources: the same sources have the same tag, so that nothing is built, pushed or
 * rolled out again without need, and an edited tree has another.
 */
export function sourcesTag(): string {
  const files = globSync(sources, {
    cwd: root,
    withFileTypes: true,
    exclude: (entry) =>
      entry.name === 'node_modules' || entry.name === 'dist' || entry.name.endsWith('.test.ts'),
  })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .sort();
  const hash = createHash('sha256');
  for (const file of files) hash.update(`${file}\0`).update(readFileSync(join(root, file)));
  return `${rootPackage.version}-${hash.digest('hex').slice(0, 12)}`;
}
