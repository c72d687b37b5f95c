import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const read = (file: string) => JSON.parse(readFileSync(join(root, file), 'utf8'));

/**
 * Puts the mail catcher of `npm start` into a folder, as it is in its package: it reads its own files in ways that no
 * bundle keeps. For clusters where its official image cannot be had; both are set by the same variables.
 */
export function installMailCatcher(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const { maildev } = read('apps/local/package.json').dependencies;
  const manifest = { private: true, dependencies: { maildev }, overrides: read('package.json').overrides };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  execFileSync(
    'npm',
    ['install', '--omit=dev', '--ignore-scripts', '--no-package-lock', '--no-audit', '--no-fund'],
    {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  );
  writeFileSync(
    join(folder, 'main.mjs'),
    "import { createRequire } from 'node:module';\ncreateRequire(import.meta.url)('maildev/bin/maildev');\n",
  );
}
