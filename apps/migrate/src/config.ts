import { env, type MysqlSettings, mysqlVariables, readEnv, readMysql } from '@berth/env';
import { parseMysqlUrl } from '@berth/mysql';

export interface MigrateConfig {
  logLevel: string;
  mysql: MysqlSettings;
  /** How long a server that cannot be reached yet is waited for. */
  waitMs: number;
}

const variables = {
  LOG_LEVEL: env.text().default('info'),
  ...mysqlVariables,
  MYSQL_WAIT_SECONDS: env.count(0, 3_600).default(60),
};

/** Throws EnvError with a line per variable at fault. */
export function parseMigrateConfig(source: Record<string, string | undefined>): MigrateConfig {
  const values = readEnv(variables, source);
  return {
    logLevel: values.LOG_LEVEL,
    mysql: readMysql(values, source, parseMysqlUrl),
    waitMs: values.MYSQL_WAIT_SECONDS * 1_000,
  };
}
