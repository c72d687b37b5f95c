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
  await runApt(['update', '-qq'], say);
  await runApt(['install', '-y', '-qq', '--no-install-recommends', ...missing], say);
}

/** Somebody else's apt, such as the upgrades of a machine that has just started, is waited for so long. */
const lockWaitMs = 10 * 60_000;

/** As `apt-get`; the servers that it installs are not started: a policy of 101 says so. */
async function runApt(args: string[], say: (line: string) => void): Promise<void> {
  const script = `policy=/usr/sbin/policy-rc.d
    [ -e $policy ] || { printf '#!/bin/sh\\nexit 101\\n' >$policy; chmod +x $policy; trap 'rm -f /usr/sbin/policy-rc.d' EXIT; }
    apt-get "$@"`;
  const until = performance.now() + lockWaitMs;
  for (let holder: string | undefined; ; ) {
    try {
      await run(args[0] === 'install' ? ['sh', '-c', script, 'apt-get', ...args] : ['apt-get', ...args]);
      return;
    } catch (error) {
      // "Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 123 (apt-get)"
      const locked = /Could not get lock (\S+?)\.?\s(?:It is held by (process \d+(?: \([^)]*\))?))?/.exec(
        (error as Error).message,
      );
      if (!locked || performance.now() > until) throw error;
      const now = locked[2] ?? locked[1]!;
      if (now !== holder) say(`waiting until another apt is done: ${now}`);
      holder = now;
      await new Promise((resolve) => setTimeout(resolve, 1_000 + Math.random() * 2_000));
    }
  }
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

function run([command, ...args]: string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' };
    const child = spawn(command!, args, { stdio: ['ignore', 'pipe', 'pipe'], env });
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
