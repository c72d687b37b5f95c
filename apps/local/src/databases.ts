import { join } from 'node:path';
import { Mysql, migrate } from '@berth/mysql';
import { createRedis } from '@berth/redis';
import {
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
  say: (line: string) => void,
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
  await machine.installStores(packages, say).catch((error: Error) => {
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

/** Makes sure of the Redis that REDIS_URL names. */
export async function tryRedis(config: LocalConfig, url: string): Promise<void> {
  const redis = createRedis(url, { tlsCaFile: config.env.REDIS_TLS_CA_FILE });
  try {
    await redis.ping();
  } catch (error) {
    throw new LocalError(`REDIS_URL: cannot use that server: ${(error as Error).message}`);
  } finally {
    redis.disconnect();
  }
}

/** Brings the schema up to date. */
export async function migrateSchema(config: LocalConfig, url: string): Promise<void> {
  const db = new Mysql({
    url,
    poolSize: 1,
    tlsCaFile: config.env.MYSQL_TLS_CA_FILE,
    tlsVerifyIdentity: config.env.MYSQL_TLS_VERIFY_IDENTITY !== 'false',
    allowWeakDurability: config.env.MYSQL_ALLOW_WEAK_DURABILITY === 'true',
  });
  try {
    await migrate(db);
  } catch (error) {
    const where = config.mysqlUrl === undefined ? 'mysql' : 'MYSQL_URL';
    throw new LocalError(`${where}: cannot use that server: ${reasonOf(error)}`);
  } finally {
    await db.close();
  }
}

/** A connection refused on several addresses comes as an AggregateError without a message. */
const reasonOf = (error: unknown): string =>
  (error as Error).message || (error as NodeJS.ErrnoException).code || 'it does not answer';

async function starting<T>(name: string, logFile: string, start: () => Promise<T>): Promise<T> {
  try {
    return await start();
  } catch (error) {
    const [reason, ...lines] = (error as Error).message.split('\n');
    throw new LocalError(`${name} does not start: ${reason} (log: ${logFile})`, lines);
  }
}
