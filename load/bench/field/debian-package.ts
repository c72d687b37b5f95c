import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { cacheFolder } from '@berth/test/cache-folder';
import { MissingPeer } from './missing-peer.ts';

/**
 * A package of Debian and all that it needs and this machine lacks, unpacked once into the cache: nothing is installed, no
 * user is made, no service started. Answers with the folder that stands for `/`.
 */
export async function unpackDebianPackage(name: string, say: (line: string) => void): Promise<string> {
  const folder = join(cacheFolder(), 'debian', name);
  if (existsSync(folder)) return folder;
  const missing = (why: string) => new MissingPeer(`${name} is left out: ${why}`);
  if (process.platform !== 'linux' || spawnSync('apt-get', ['--version']).error)
    throw missing('it is taken from Debian, and there is no apt-get here');
  const listed = spawnSync('apt-get', ['install', '--print-uris', '--no-install-recommends', '-y', name], {
    encoding: 'utf8',
  });
  const packages = [...(listed.stdout ?? '').matchAll(/^'[^']+' ([^ _]+)_/gm)].map(([, found]) => found!);
  if (listed.status !== 0 || packages.length === 0)
    throw missing(`apt-get does not know it (${listed.stderr.trim().split('\n').at(-1)})`);
  say(`unpacking ${name} and ${packages.length - 1} packages that it needs`);
  const fresh = `${folder}.${process.pid}`;
  await mkdir(fresh, { recursive: true });
  try {
    await run('apt-get', ['download', ...packages], fresh);
    const files = (await readdir(fresh)).filter((file) => file.endsWith('.deb'));
    for (const file of files) {
      await run('dpkg', ['-x', file, 'root'], fresh);
      await rm(join(fresh, file));
    }
    await rename(join(fresh, 'root'), folder);
    return folder;
  } catch (error) {
    throw missing((error as Error).message);
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

async function run(command: string, args: string[], cwd: string): Promise<void> {
  const child = spawn(command, args, { cwd, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said = (said + chunk).slice(-1_000);
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`${command} ${args[0]}: ${said.trim().split('\n').at(-1)}`);
}
