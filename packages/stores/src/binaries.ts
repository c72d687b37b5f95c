import { spawn } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import process from 'node:process';

export interface StoreBinaries {
  /** mariadbd or mysqld. */
  mysqld: string | undefined;
  redisServer: string | undefined;
}

/** Looks on the PATH and where Debian puts servers, which is not on everyone's PATH. */
export function findStores(path = process.env.PATH ?? ''): StoreBinaries {
  return { mysqld: find(['mariadbd', 'mysqld'], path), redisServer: find(['redis-server'], path) };
}

/**
 * Installs what is missing with apt-get, when this is Debian or Ubuntu and the user is root; `say` hears of it first.
 * Throws an Error with the one line that tells what to install, or do `otherwise`, when it cannot.
 */
export async function installStores(
  missing: string[],
  say: (line: string) => void,
  otherwise = ' or set MYSQL_URL and REDIS_URL',
): Promise<void> {
  const command = `apt-get install -y ${missing.join(' ')}`;
  if (!existsSync('/etc/debian_version') || process.getuid?.() !== 0) {
    throw new Error(
      `missing on this machine: ${missing.join(', ')}; install them (Debian: ${command})${otherwise}`,
    );
  }
  say(`installing ${missing.join(' and ')} (${command})`);
  await run('apt-get', ['update', '-qq']);
  // A policy of 101 keeps the packages from starting servers of their own.
  await run('sh', [
    '-c',
    `policy=/usr/sbin/policy-rc.d; [ -e $policy ] || { printf '#!/bin/sh\\nexit 101\\n' >$policy; chmod +x $policy; trap 'rm -f /usr/sbin/policy-rc.d' EXIT; }
     apt-get install -y -qq --no-install-recommends "$@"`,
    'install',
    ...missing,
  ]);
}

function find(names: string[], path: string): string | undefined {
  for (const folder of [
    ...path.split(delimiter),
    '/usr/sbin',
    '/usr/local/sbin',
    '/usr/local/bin',
    '/opt/homebrew/bin',
  ]) {
    for (const name of names) {
      const file = join(folder, name);
      try {
        accessSync(file, constants.X_OK);
        return file;
      } catch {
        // Not here.
      }
    }
  }
  return undefined;
}

function run(command: string, args: string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        output = (output + chunk).slice(-2_000);
      });
    }
    child.once('error', reject);
    child.once('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`${command} failed (${code}): ${output.trim()}`)),
    );
  });
}
