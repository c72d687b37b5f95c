import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A chart of ours as a Release names it (the program's working directory is `infra/`), and what its content hashes to. */
export interface Chart {
  path: string;
  hash: string;
}

/**
 * The engine compares a Release's inputs and not the files of a local chart, so a changed template alone would never be
 * rolled out: the hash goes into the values. Documentation is left out.
 */
export function readChart(name: 'berth' | 'stores'): Chart {
  const folder = join(import.meta.dirname, '../charts', name);
  const hash = createHash('sha256');
  for (const file of filesOf(folder)) {
    const content = readFileSync(join(folder, file));
    hash.update(`${file}\0${content.length}\0`).update(content);
  }
  return { path: `../charts/${name}`, hash: hash.digest('hex').slice(0, 16) };
}

/** The hash as a value of the chart: with another `reapply` the engine sees a change, and Helm applies the release again. */
export const applied = (hash: string, reapply: string): string =>
  reapply === '' ? hash : `${hash}-${reapply}`;

function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.md'))
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .replaceAll('\\', '/'),
    )
    .filter((file) => !file.startsWith('ci/'))
    .sort();
}
