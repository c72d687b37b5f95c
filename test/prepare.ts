import { spawnSync } from 'node:child_process';
import { createServer, type Server } from 'node:net';
import process from 'node:process';
import { setTimeout as elapse } from 'node:timers/promises';
import { findStores, installStores } from '@berth/stores';
import { buildEngine } from './deploy/cluster/engine.ts';
import { fetchHelms, missingClusterPackages } from './deploy/cluster-tools.ts';
import { fetchNewerHaproxy, haproxyBinary } from './deploy/edge/haproxy.ts';
import { buildWebClient, missingBrowserPackages, webRoot } from './harness/browser.ts';

type Say = (line: string) => void;

/** Installs and fetches what the test files need and this machine lacks; one run of the tests after the other. */
export async function prepare(files: string[], say: Say): Promise<void> {
  const some = (wanted: RegExp) => files.some((file) => wanted.test(file));
  const lock = await takeTurn();
  try {
    const { mysqld, redisServer } = findStores();
    const missing = [...(mysqld ? [] : ['mariadb-server']), ...(redisServer ? [] : ['redis-server'])];
    if (missing.length > 0) await installStores(missing, say);
    const packages = [
      ...(some(/\.browser\.test\.ts$/) ? missingBrowserPackages() : []),
      ...(some(/^test\/deploy\/edge/) && haproxyBinary === undefined ? ['haproxy'] : []),
      ...(some(/^test\/(deploy\/cluster|figures\/)/) ? missingClusterPackages() : []),
    ];
    if (packages.length > 0) await installStores(packages, say, '');
    // Without these there are tests that are left out.
    for (const [wanted, program, name] of [
      [/^test\/bare-machine\//, 'debootstrap', 'debootstrap'],
      [/^test\/deploy\/(alerts|dashboard)/, 'prometheus', 'prometheus'],
    ] as const) {
      if (some(wanted) && spawnSync(program, ['--version']).error)
        await installStores([name], say, '').catch((error: Error) => say(error.message));
    }
    if (some(/^test\/deploy\/edge/)) fetchNewerHaproxy(say);
    if (some(/^test\/(deploy|figures)\//)) fetchHelms(say);
  } finally {
    lock?.close();
  }
  if (some(/\.browser\.test\.ts$/)) {
    try {
      buildWebClient();
      process.env.BERTH_TEST_WEB_ROOT = webRoot;
    } catch (error) {
      // The files that need it say so themselves.
      say((error as Error).message);
    }
  }
  if (some(/^test\/(deploy\/cluster-engine|figures\/settings)/)) buildEngine(say);
}

/** Undefined where there is no such lock. A name that the kernel takes back when this process ends. */
async function takeTurn(): Promise<Server | undefined> {
  if (process.platform !== 'linux') return undefined;
  for (;;) {
    const server = createServer();
    const isTaken = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(true));
      server.listen({ path: '\0berth-test-prepares' }, () => resolve(false));
    });
    if (!isTaken) return server;
    await elapse(200);
  }
}
