import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const read = (file: string) => JSON.parse(readFileSync(join(root, file), 'utf8'));

/**
 * Installs what of `files` is compiled code beside its bundle, for both kinds of processors that images are built for: an image is
 * filled once, whatever it will run on.
 */
export function installNative(folder: string): void {
  const { sharp } = read('apps/files/package.json').dependencies;
  const { optionalDependencies } = read('node_modules/sharp/package.json');
  const compiled = Object.entries(optionalDependencies as Record<string, string>).filter(([name]) =>
    /^@img\/sharp(-libvips)?-linux-(x64|arm64)$/.test(name),
  );
  const manifest = { private: true, dependencies: { sharp, ...Object.fromEntries(compiled) } };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  execFileSync(
    'npm',
    [
      'install',
      '--force',
      '--omit=optional',
      '--ignore-scripts',
      '--no-package-lock',
      '--no-audit',
      '--no-fund',
    ],
    { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] },
  );
}
