import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { EnvError, readSecret, requireSecret } from '@berth/env';
import { parseMysqlUrl } from '@berth/mysql';
import { parseRedisUrl } from '@berth/redis';
import { LocalError } from './local-error.ts';

export interface LocalConfig {
  /** Chat nodes. */
  nodes: number;
  /** Whether the planner starts and stops chat nodes. */
  elastic: boolean;
  /** Of gate, on 127.0.0.1. */
  port: number;
  /** Of the mail catcher's page, on 127.0.0.1. */
  mailPort: number;
  /** Whether gate serves the web client. */
  web: boolean;
  /** Whether people are there who can be written to. */
  demo: boolean;
  /** Absolute; holds databases, secrets and logs. */
  dataDir: string;
  /** Servers of one's own in place of private ones. */
  mysqlUrl: string | undefined;
  redisUrl: string | undefined;
  /** Of the repository. */
  root: string;
  /** What the services inherit. */
  env: Record<string, string | undefined>;
}

export const maxNodes = 32;

export const usage = `Berth on this machine, for trying it and for developing it.

  npm start [-- OPTIONS]

  --nodes N       chat nodes, 1 to ${maxNodes} (default 2)
  --elastic       chat nodes are started and stopped by the planner, as many as the people on them want
  --port N        port of the web address (default 8080, or GATE_PORT)
  --mail-port N   port of the mailbox page (default 1080, or MAIL_PORT)
  --data DIR      where databases, secrets and logs are kept (default .berth)
  --no-web        without the web client
  --demo          with people, groups and a conversation that answers back
  --help          this text

MYSQL_URL and REDIS_URL, when set, name servers to use in place of private ones.
What docs/operations.md lists may be set as well; the services inherit the environment.`;

/** What the arguments and the environment ask for; `help` when that is the text above. Throws LocalError. */
export function readConfig(argv: string[], env: Record<string, string | undefined>): LocalConfig | 'help' {
  const values = parse(argv);
  if (values.help) return 'help';
  const root = fileURLToPath(new URL('../../..', import.meta.url));
  const config = {
    nodes: whole('--nodes', values.nodes ?? '2', 1, maxNodes),
    port: whole(values.port ? '--port' : 'GATE_PORT', values.port ?? (env.GATE_PORT || '8080'), 1, 65_535),
    mailPort: whole(
      values['mail-port'] ? '--mail-port' : 'MAIL_PORT',
      values['mail-port'] ?? (env.MAIL_PORT || '1080'),
      1,
      65_535,
    ),
    elastic: values.elastic ?? false,
    web: !values['no-web'],
    demo: values.demo ?? false,
    dataDir: resolve(root, values.data ?? '.berth'),
    mysqlUrl: address('MYSQL_URL', env, parseMysqlUrl),
    redisUrl: address('REDIS_URL', env, parseRedisUrl),
    root,
    env,
  };
  if (config.port === config.mailPort)
    throw new LocalError(`port ${config.port} cannot be both the web address and the mailbox`);
  return config;
}

/** What the variable, or the file that its `_FILE` names, says; undefined when neither is set. */
function address(
  name: string,
  env: Record<string, string | undefined>,
  check: (url: string) => unknown,
): string | undefined {
  try {
    return readSecret(name, env) === undefined ? undefined : requireSecret(name, env, check);
  } catch (error) {
    if (!(error instanceof EnvError)) throw error;
    throw new LocalError(error.message);
  }
}

function parse(argv: string[]) {
  try {
    return parseArgs({
      args: argv,
      options: {
        nodes: { type: 'string' },
        port: { type: 'string' },
        'mail-port': { type: 'string' },
        data: { type: 'string' },
        elastic: { type: 'boolean' },
        'no-web': { type: 'boolean' },
        demo: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    const reason = (error as Error).message.split(/[.\n]/)[0];
    throw new LocalError(`${reason} (npm start -- --help tells the options)`);
  }
}

function whole(name: string, text: string, min: number, max: number): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= min && value <= max))
    throw new LocalError(`${name}: expected a number from ${min} to ${max}, got "${text}"`);
  return value;
}
