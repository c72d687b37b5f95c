import { readFileSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import type { Plugin } from 'esbuild';

/** Where the files that lie beside the sources are in a bundle, in folders of the same names as in the repository. */
export const filesFolder = 'files';

/**
 * Lets code in a bundle find the files beside its source. A module says `new URL('./place.lua', import.meta.url)`; in a
 * bundle `import.meta.url` would be that of the bundle for all of them, so each keeps the one it has in the repository,
 * below `files/`. Paths that are computed work, too.
 */
export function sourceFiles(root: string): Plugin {
  return {
    name: 'source-files',
    setup(build) {
      build.onLoad({ filter: /\.tsx?$/ }, ({ path }) => {
        if (path.includes('/node_modules/')) return undefined;
        const source = readFileSync(path, 'utf8');
        const place = (file: string) =>
          `new URL("./${filesFolder}/${relative(root, file)}", import.meta.url)`;
        const contents = source.replace(
          /\bimport\.meta\.(url|dirname|filename)\b/g,
          (_, property: 'url' | 'dirname' | 'filename') =>
            property === 'url'
              ? `${place(path)}.href`
              : `${place(property === 'dirname' ? dirname(path) : path)}.pathname`,
        );
        return { contents, loader: path.endsWith('x') ? 'tsx' : 'ts' };
      });
    },
  };
}
