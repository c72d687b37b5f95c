import type { z } from 'zod';
import { env, requireSecret } from './env.ts';

/** How a service speaks with MySQL, for its own variables; where the server is, is a secret beside them: MYSQL_URL. */
export const mysqlVariables = {
  MYSQL_TLS_CA_FILE: env.text().optional(),
  MYSQL_TLS_VERIFY_IDENTITY: env.flag().default(true),
  MYSQL_ALLOW_WEAK_DURABILITY: env.flag().default(false),
};

export interface MysqlSettings {
  url: string;
  tlsCaFile: string | undefined;
  tlsVerifyIdentity: boolean;
  allowWeakDurability: boolean;
}

/** Throws EnvError when there is no MYSQL_URL, or `parseUrl` throws: its message must not show any of it. */
export function readMysql(
  values: z.output<z.ZodObject<typeof mysqlVariables>>,
  source: Record<string, string | undefined>,
  parseUrl: (url: string) => unknown,
): MysqlSettings {
  return {
    url: requireSecret('MYSQL_URL', source, parseUrl),
    tlsCaFile: values.MYSQL_TLS_CA_FILE,
    tlsVerifyIdentity: values.MYSQL_TLS_VERIFY_IDENTITY,
    allowWeakDurability: values.MYSQL_ALLOW_WEAK_DURABILITY,
  };
}
