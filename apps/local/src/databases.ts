import { join } from 'node:path';
import {
  ForeignFolderError,
  findStores,
  hasDocker,
  installStores,
  type RunningServer,
  startMysql,
  startMysqlContainer,
  startRedis,
  startRedisContainer,
} from '@berth/stores';
import type { LocalConfig } from './config.ts';
import { LocalError } from './local-error.ts';
import { freshLog } from './log-files.ts';
import type { Part } from './part.ts';
import type { Progress } from './progress.ts';
import type { Plan } from './services.ts';

/** Where the private servers come from: programs of this machine, or Docker. */
interface Origin {
  mysql: 'program' | 'docker';
  redis: 'program' | 'docker';
}

/** What this machine has, and what may be put on it. */
export interface Machine {
  findStores: typeof findStores;
  hasDocker: typeof hasDocker;
  installStores: typeof installStores;
}

/** Decides it, and installs what is missing where that is allowed; throws LocalError with what to install elsewhere. */
export async function prepareStores(
  config: Pick<LocalConfig, 'mysqlUrl' | 'redisUrl'>,
  progress: Pick<Progress, 'say' | 'track'>,
  machine: Machine = { findStores, hasDocker, installStores },
): Promise<Origin> {
  const found = machine.findStores();
  const missing = [
    ...(config.mysqlUrl === undefined && !found.mysqld ? (['mysql'] as const) : []),
    ...(config.redisUrl === undefined && !found.redisServer ? (['redis'] as const) : []),
  ];
  const origin: Origin = { mysql: 'program', redis: 'program' };
  if (missing.length === 0) return origin;
  if (machine.hasDocker()) {
    for (const store of missing) origin[store] = 'docker';
    return origin;
  }
  const packages = missing.map((store) => (store === 'mysql' ? 'mariadb-server' : 'redis-server'));
  const installing = machine.installStores(packages, (line) => progress.say(line));
  await progress.track(`apt-get (${packages.join(', ')})`, installing).catch((error: Error) => {
    throw new LocalError(error.message.replaceAll(/\s*\n\s*/g, '; '));
  });
  return origin;
}

/** The private Redis: a part, and with the same address after each start. */
export function redisPart(config: LocalConfig, plan: Plan, origin: Origin): Part<RunningServer> {
  return storePart(config, 'redis', (options) => {
    const all = { ...options, port: plan.redis };
    return origin.redis === 'docker' ? startRedisContainer(all) : startRedis(all);
  });
}

/** The private MySQL. Its schema is not looked at. */
export function mysqlPart(config: LocalConfig, plan: Plan, origin: Origin): Part<RunningServer> {
  return storePart(config, 'mysql', (options) => {
    const all = { ...options, port: plan.mysql };
    return origin.mysql === 'docker' ? startMysqlContainer(all) : startMysql(all);
  });
}

function storePart(
  { dataDir }: LocalConfig,
  name: string,
  start: (options: { dir: string; logFile: string; signal: AbortSignal }) => Promise<RunningServer>,
): Part<RunningServer> {
  const logFile = freshLog(dataDir, name);
  return {
    name,
    logFile,
    launch: (signal) => starting(name, logFile, () => start({ dir: join(dataDir, name), logFile, signal })),
  };
}

/** As servers and their tools say it. */
const noRoom = /No space left on device|Errcode: 28\b|errno: 28\b|ENOSPC/;

async function starting<T>(name: string, logFile: string, start: () => Promise<T>): Promise<T> {
  try {
    return await start();
  } catch (error) {
    if (error instanceof ForeignFolderError) throw new LocalError(`${name} does not start: ${error.message}`);
    const [reason, ...lines] = (error as Error).message.split('\n');
    if (noRoom.test((error as Error).message))
      throw new LocalError(
        `${name} does not start: there is no room left on its disk (log: ${logFile})`,
        lines,
      );
    throw new LocalError(`${name} does not start: ${reason} (log: ${logFile})`, lines);
  }
}
