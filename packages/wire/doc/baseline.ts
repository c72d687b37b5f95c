import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import process from 'node:process';
import type { wireShape } from './wire-shape.ts';

/**
 * `npm run baseline -- REVISION` (default HEAD): what clients and nodes of that revision count on is what the present one is held
 * against from now on, and the revision is the release before, which tests build beside this one.
 */
const root = resolve(import.meta.dirname, '../../..');
const git = (...args: string[]) => execFileSync('git', args, { cwd: root, maxBuffer: 1 << 28 });
const release = git('rev-parse', '--verify', '--end-of-options', `${process.argv[2] ?? 'HEAD'}^{commit}`)
  .toString()
  .trim();
// Within the tree, where its imports find their packages.
const folder = resolve(root, '.berth/baseline');
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const archive = git('archive', release, 'buf.yaml', 'proto', 'packages/wire');
execFileSync('tar', ['-x', '-C', folder], { input: archive });
execFileSync(
  resolve(root, 'node_modules/.bin/buf'),
  ['build', folder, '--exclude-source-info', '-o', resolve(root, 'proto/baseline.binpb')],
  { cwd: root, stdio: 'inherit' },
);
const shapes = (await import(resolve(folder, 'packages/wire/doc/wire-shape.ts'))) as {
  wireShape: typeof wireShape;
};
const file = resolve(import.meta.dirname, 'baseline.json');
writeFileSync(file, JSON.stringify({ release, ...shapes.wireShape() }, null, 2));
execFileSync(resolve(root, 'node_modules/.bin/biome'), ['format', '--write', file], { cwd: root });
rmSync(folder, { recursive: true });
