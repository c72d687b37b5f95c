import { execFileSync } from 'node:child_process';
import { cpSync, globSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import process from 'node:process';
import { build, type Metafile } from 'esbuild';
import { filesFolder, sourceFiles } from './source-files.ts';

const root = resolve(import.meta.dirname, '..');

/** Gives the CommonJS packages inside an ES module what they expect to be there. */
const commonJs = [
  "import { createRequire as createRequireOfBundle } from 'node:module';",
  "import { fileURLToPath as pathOfBundle } from 'node:url';",
  'const require = createRequireOfBundle(import.meta.url);',
  'const __filename = pathOfBundle(import.meta.url);',
  "const __dirname = pathOfBundle(new URL('.', import.meta.url));",
].join('\n');

/** Programs that an app starts beside itself, which are bundles of their own at the place of their source. */
const processes: Record<string, string[]> = { files: ['apps/files/src/media/picture-process.ts'] };
/** Packages that no bundle can hold, of compiled code; installed beside it. */
const nativePackages = ['sharp'];

/**
 * Bundles `apps/<app>/src/main.ts` with all it imports into `<folder>/main.mjs`, and copies beside it what the code
 * reads while it runs: scripts, migrations, lists. The folder is made anew.
 */
export async function bundleApp(app: string, folder: string): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  const metafile = await bundle(`apps/${app}/src/main.ts`, join(folder, 'main.mjs'));
  for (const source of processes[app] ?? [])
    await bundle(source, join(folder, filesFolder, source.replace(/\.ts$/, '.mjs')));
  const workspaces = new Set(
    Object.keys(metafile.inputs)
      .filter((input) => !input.includes('node_modules/'))
      .map((input) => input.split('/').slice(0, 2).join('/')),
  );
  for (const workspace of workspaces) copyFiles(workspace, folder);
}

/** `source` with all it imports, in one file. */
async function bundle(source: string, outfile: string): Promise<Metafile> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [source],
    outfile,
    bundle: true,
    external: nativePackages,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    banner: { js: commonJs },
    // Stack traces name functions as the sources do.
    keepNames: true,
    legalComments: 'linked',
    metafile: true,
    logLevel: 'warning',
    plugins: [sourceFiles(root)],
  });
  return metafile;
}

/** Copies what is no code: everything in the workspace but TypeScript, its own manifest and what it built itself. */
function copyFiles(workspace: string, folder: string): void {
  const isCode = (path: string) =>
    /\.tsx?$|(^|\/)(package|tsconfig)\.json$|\.md$/.test(path) ||
    /(^|\/)(node_modules|dist|bin|test|doc)(\/|$)/.test(relative(workspace, path));
  for (const file of globSync(`${workspace}/**/*`, { cwd: root, withFileTypes: true })) {
    const path = relative(root, join(file.parentPath, file.name));
    if (!file.isFile() || isCode(path)) continue;
    const target = join(folder, filesFolder, path);
    mkdirSync(dirname(target), { recursive: true });
    cpSync(join(root, path), target);
  }
}

/** Builds the web client and puts it into `<folder>/web`, where the image's gate serves it from. */
export function addWebClient(folder: string): void {
  const web = join(root, 'apps/web');
  execFileSync(process.execPath, ['--run', 'build'], { cwd: web, stdio: ['ignore', 'ignore', 'inherit'] });
  cpSync(join(web, 'dist'), join(folder, 'web'), { recursive: true });
}
