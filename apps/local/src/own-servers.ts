import { readFileSync } from 'node:fs';
import { Mysql, migrate, parseMysqlUrl } from '@berth/mysql';
import { createRedis, parseRedisUrl } from '@berth/redis';
import type { LocalConfig } from './config.ts';
import { LocalError } from './local-error.ts';
import { type NamedServer, reasonOf } from './store-reasons.ts';

/** Makes sure of the Redis that REDIS_URL names. Throws LocalError. */
export async function tryRedis(config: LocalConfig, url: string): Promise<void> {
  const tlsCaFile = readable('REDIS_TLS_CA_FILE', config.env);
  const { nodes, db, tls: wantsTls } = parseRedisUrl(url);
  const server: NamedServer = {
    kind: 'Redis',
    ...nodes[0]!,
    database: String(db),
    wantsTls,
    caVariable: 'REDIS_TLS_CA_FILE',
  };
  const redis = createRedis(url, { tlsCaFile });
  let lost: Error | undefined;
  redis.on('error', (error: Error) => {
    lost = error;
  });
  try {
    await redis.ping();
  } catch (error) {
    // The command only knows that there was no connection.
    const isAnswer = (error as Error).name === 'ReplyError';
    throw new LocalError(`REDIS_URL: ${reasonOf(isAnswer ? error : (lost ?? error), server)}`);
  } finally {
    redis.disconnect();
  }
}

/** Brings the schema up to date, in a private MySQL or in the one that MYSQL_URL names. Throws LocalError. */
export async function migrateSchema(config: LocalConfig, url: string): Promise<void> {
  const { env } = config;
  const name = config.mysqlUrl === undefined ? 'mysql' : 'MYSQL_URL';
  const { host, port, database } = parseMysqlUrl(url);
  const tlsCaFile = readable('MYSQL_TLS_CA_FILE', env);
  const server: NamedServer = {
    kind: 'MySQL',
    ...{ host, port, database },
    wantsTls: tlsCaFile !== undefined,
    caVariable: 'MYSQL_TLS_CA_FILE',
  };
  let db: Mysql | undefined;
  try {
    db = new Mysql({
      url,
      poolSize: 1,
      tlsCaFile,
      tlsVerifyIdentity: env.MYSQL_TLS_VERIFY_IDENTITY !== 'false',
      allowWeakDurability: env.MYSQL_ALLOW_WEAK_DURABILITY === 'true',
    });
    await migrate(db);
  } catch (error) {
    throw new LocalError(`${name}: ${reasonOf(error, server)}`);
  } finally {
    await db?.close();
  }
}

/** The file that the variable names, if any. */
function readable(variable: string, env: LocalConfig['env']): string | undefined {
  const file = env[variable] || undefined;
  try {
    if (file !== undefined) readFileSync(file);
    return file;
  } catch (error) {
    throw new LocalError(`${variable}: cannot read ${file} (${(error as NodeJS.ErrnoException).code})`);
  }
}
