import { env, readEnv, requireSecret } from '@berth/env';
import { parseMysqlUrl } from '@berth/mysql';

export interface MigrateConfig {
  logLevel: string;
  mysql: {
    url: string;
    tlsCaFile: string | undefined;
    tlsVerifyIdentity: boolean;
    allowWeakDurability: boolean;
  };
  /** How long a server that cannot be reached yet is waited for. */
  waitMs: number;
}

const variables = {
  LOG_LEVEL: env.text().default('info'),
  MYSQL_TLS_CA_FILE: env.text().optional(),
  MYSQL_TLS_VERIFY_IDENTITY: env.flag().default(true),
  MYSQL_ALLOW_WEAK_DURABILITY: env.flag().default(false),
  MYSQL_WAIT_SECONDS: env.count(0, 3_600).default(60),
};

/** Throws EnvError with a line per variable at fault. */
export function parseMigrateConfig(source: Record<string, string | undefined>): MigrateConfig {
  const values = readEnv(variables, source);
  return {
    logLevel: values.LOG_LEVEL,
    mysql: {
      url: requireSecret('MYSQL_URL', source, parseMysqlUrl),
      tlsCaFile: values.MYSQL_TLS_CA_FILE,
      tlsVerifyIdentity: values.MYSQL_TLS_VERIFY_IDENTITY,
      allowWeakDurability: values.MYSQL_ALLOW_WEAK_DURABILITY,
    },
    waitMs: values.MYSQL_WAIT_SECONDS * 1_000,
  };
}
