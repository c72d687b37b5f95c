import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ServerProcess } from '@berth/stores';
import { LocalError } from './local-error.ts';
import { freshLog } from './log-files.ts';

/** The folder of the built web client, built anew when a source is newer; undefined where there is no web client. */
export async function buildWebClient(
  root: string,
  dataDir: string,
  say: (line: string) => void,
): Promise<string | undefined> {
  const app = join(root, 'apps/web');
  if (!existsSync(join(app, 'package.json'))) return undefined;
  const dist = join(app, 'dist');
  const sources = [app, join(root, 'packages/client'), join(root, 'packages/wire')];
  if (!isStale(join(dist, 'index.html'), sources)) return dist;
  say('building the web client');
  const logFile = freshLog(dataDir, 'web-build');
  const build = new ServerProcess(process.execPath, ['--run', 'build'], { cwd: app, logFile });
  const { code } = await build.exited;
  if (code !== 0)
    throw new LocalError(`the web client cannot be built (log: ${logFile})`, reasonsIn(build.lastLines(500)));
  return dist;
}

/** A builder says what is wrong first and then where it noticed. */
function reasonsIn(output: string): string[] {
  const lines = output.split('\n');
  return lines
    .slice(
      Math.max(
        0,
        lines.findIndex((line) => /error/i.test(line)),
      ),
    )
    .slice(0, 8);
}

/** Whether `built` is not there, or older than anything in the folders but their own output. */
export function isStale(built: string, folders: string[]): boolean {
  if (!existsSync(built)) return true;
  const builtAt = statSync(built).mtimeMs;
  return folders.some((folder) => hasNewer(folder, builtAt));
}

function hasNewer(folder: string, time: number): boolean {
  return readdirSync(folder, { withFileTypes: true }).some((entry) => {
    if (['node_modules', 'dist'].includes(entry.name) || entry.name.startsWith('.')) return false;
    const path = join(folder, entry.name);
    return entry.isDirectory()
      ? hasNewer(path, time)
      : !/\.test\.tsx?$/.test(entry.name) && statSync(path).mtimeMs > time;
  });
}
