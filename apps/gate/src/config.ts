import { isIP } from 'node:net';
import { resolve } from 'node:path';
import {
  EnvError,
  env,
  type MysqlSettings,
  mysqlVariables,
  readEnv,
  readGrpcTls,
  readMysql,
  requireSecret,
} from '@berth/env';
import type { GrpcTls } from '@berth/grpc';
import { targetOf } from '@berth/grpc';
import { parseMysqlUrl } from '@berth/mysql';
import { parseRedisUrl } from '@berth/redis';
import { readTracing, type TracingConfig } from '@berth/telemetry';
import { SessionKeys } from '@berth/tokens';
import type { RequestLimits } from './limits/request-limit.ts';

export interface GateConfig {
  logLevel: string;
  /** Where traces are sent to; undefined: nothing is traced. */
  tracing: TracingConfig | undefined;
  /** Where it listens; port 0 picks a free one. */
  http: { host: string; port: number };
  /** Where the operators' door listens, apart from what clients may reach. */
  ops: { host: string; port: number };
  mysql: MysqlSettings;
  redis: { url: string; tlsCaFile: string | undefined };
  grpcTls: GrpcTls | undefined;
  verifyAddress: string;
  statusAddress: string;
  /** The operators' port of status, for the fleet page; undefined: nothing is passed on to it. */
  operatorsUrl: string | undefined;
  /** The key file, read again when it changes; or its content. */
  sessionKeys: { file: string } | { content: string };
  /** How long a session lives. */
  sessionMs: number;
  /** Below it everything is served but the old dialect's paths: `/`, or such as `/chat/`. */
  basePath: string;
  /** Folder of the built web client. */
  webRoot: string | undefined;
  /** Addresses and CIDRs whose X-Forwarded-For counts. */
  trustedProxies: string[];
  /** Origins that browsers may call from, besides gate's own; `*`: any. */
  allowedOrigins: string[];
  /** What the web client may connect to besides its own origin: sources of a Content-Security-Policy. */
  connectSources: string[];
  /** Where clients of the llfcchat dialect find files, by a protocol of their own; undefined: nowhere. */
  oldFiles: { host: string; port: number } | undefined;
  /** Where files go: an address, or a path below gate's own; undefined: nowhere. */
  files: { url: string; maxFileBytes: number; previews?: boolean } | undefined;
  /** Where else the web client may take pictures and sound from: sources of a Content-Security-Policy. */
  fileSources: string[];
  /** Where the mails to anyone arrive, told to whoever waits for a code: for a platform on one machine alone. */
  mailboxUrl: string | undefined;
  /** Whether people may invite others by links; chat nodes are told the same. */
  invites: boolean;
  hashing: {
    /** Password hashes at a time; each keeps one thread of libuv's pool. */
    concurrency: number;
    /** Hashes waiting at most. */
    queue: number;
  };
  limits: { loginsPerAccountMinute: number; requests: RequestLimits };
}

/** Sources of a Content-Security-Policy. */
const sources = (example: string) =>
  env.list().refine((items) => items.every((item) => /^[\w.:*/[\]-]+$/.test(item)), {
    error: `expected sources such as ${example}`,
  });

const variables = {
  LOG_LEVEL: env.text().default('info'),
  HTTP_HOST: env.listenHost(),
  HTTP_PORT: env.port().default(8080),
  OPS_HOST: env.listenHost(),
  OPS_PORT: env.port().default(9_104),
  ...mysqlVariables,
  REDIS_TLS_CA_FILE: env.text().optional(),
  VERIFY_ADDRESS: env.parsed(targetOf).default('localhost:50051'),
  STATUS_ADDRESS: env.parsed(targetOf).default('localhost:50052'),
  OPERATORS_URL: env
    .text()
    .regex(/^https?:\/\/[^\s/]+$/, { error: 'expected an address such as http://status:9102' })
    .optional(),
  SESSION_KEYS_FILE: env.text().optional(),
  SESSION_DAYS: env.number(0.001, 30).default(30),
  BASE_PATH: env
    .text()
    .regex(/^\/(?:[\w-]+\/)*$/, { error: 'expected / or a path such as /chat/, of letters, digits, - and _' })
    .default('/'),
  WEB_ROOT: env.text().optional(),
  TRUSTED_PROXIES: env
    .list()
    .refine((items) => items.every(isProxy), { error: 'expected addresses or CIDRs' })
    .default([]),
  ALLOWED_ORIGINS: env
    .list()
    .refine((items) => items.every((item) => item === '*' || isOrigin(item)), {
      error: 'expected origins such as https://chat.example.org, or *',
    })
    .default([]),
  CSP_CONNECT: sources('wss://chat.example.org').default(['ws:', 'wss:']),
  FILES_URL: env.webAddressOrPath().optional(),
  FILES_HOST: env.text().optional(),
  FILES_PORT: env.port().default(8_095),
  MAX_FILE_MB: env.count(1, 1_048_576).default(2_048),
  LINK_PREVIEWS: env
    .text()
    .regex(/^(on|off)$/, { error: 'on or off' })
    .default('off'),
  CSP_FILES: sources('https://bucket.s3.eu-central-1.amazonaws.com').default([]),
  INVITES: env.flag().default(true),
  MAILBOX_URL: env.webAddress().optional(),
  HASH_CONCURRENCY: env.count(1, 1_022).default(2),
  HASH_QUEUE: env.count(0, 100_000).default(200),
  UV_THREADPOOL_SIZE: env.count(1, 1_024).default(4),
  LOGINS_PER_ACCOUNT_MINUTE: env.count(1, 1_000_000).default(10),
  REQUESTS_PER_ADDRESS_MINUTE: env.count(1, 10_000_000).default(120),
  REQUESTS_PER_SESSION_MINUTE: env.count(1, 10_000_000).default(120),
  REQUESTS_PER_ACCOUNT_MINUTE: env.count(1, 10_000_000).default(600),
  OPERATOR_REQUESTS_PER_ADDRESS_MINUTE: env.count(1, 10_000_000).default(300),
};

/** Throws EnvError with a line per variable at fault. */
export function parseGateConfig(source: Record<string, string | undefined>): GateConfig {
  const values = readEnv(variables, source);
  // DNS look-ups and files need threads of the pool even while a log-in flood hashes.
  if (values.HASH_CONCURRENCY > values.UV_THREADPOOL_SIZE - 2) {
    throw new EnvError(
      `HASH_CONCURRENCY: ${values.HASH_CONCURRENCY} is too many; at most UV_THREADPOOL_SIZE less 2, which is ${values.UV_THREADPOOL_SIZE - 2}`,
    );
  }
  return {
    logLevel: values.LOG_LEVEL,
    tracing: readTracing(source, 'gate'),
    http: { host: values.HTTP_HOST, port: values.HTTP_PORT },
    ops: { host: values.OPS_HOST, port: values.OPS_PORT },
    mysql: readMysql(values, source, parseMysqlUrl),
    redis: { url: requireSecret('REDIS_URL', source, parseRedisUrl), tlsCaFile: values.REDIS_TLS_CA_FILE },
    grpcTls: readGrpcTls(source),
    verifyAddress: values.VERIFY_ADDRESS,
    statusAddress: values.STATUS_ADDRESS,
    operatorsUrl: values.OPERATORS_URL,
    sessionKeys: readSessionKeys(values.SESSION_KEYS_FILE, source),
    sessionMs: Math.round(values.SESSION_DAYS * 86_400_000),
    basePath: values.BASE_PATH,
    webRoot: values.WEB_ROOT && resolve(values.WEB_ROOT),
    trustedProxies: values.TRUSTED_PROXIES,
    allowedOrigins: values.ALLOWED_ORIGINS,
    connectSources: values.CSP_CONNECT,
    oldFiles:
      values.FILES_HOST === undefined ? undefined : { host: values.FILES_HOST, port: values.FILES_PORT },
    files: values.FILES_URL === undefined ? undefined : filesOf(values.FILES_URL, values),
    fileSources: fileSourcesOf(values.FILES_URL, values.CSP_FILES),
    mailboxUrl: values.MAILBOX_URL,
    invites: values.INVITES,
    hashing: { concurrency: values.HASH_CONCURRENCY, queue: values.HASH_QUEUE },
    limits: {
      loginsPerAccountMinute: values.LOGINS_PER_ACCOUNT_MINUTE,
      requests: {
        perAddressMinute: values.REQUESTS_PER_ADDRESS_MINUTE,
        perSessionMinute: values.REQUESTS_PER_SESSION_MINUTE,
        perAccountMinute: values.REQUESTS_PER_ACCOUNT_MINUTE,
        perOperatorMinute: values.OPERATOR_REQUESTS_PER_ADDRESS_MINUTE,
      },
    },
  };
}

const filesOf = (url: string, offered: { MAX_FILE_MB: number; LINK_PREVIEWS: string }) => ({
  url: url.replace(/\/+$/, ''),
  maxFileBytes: offered.MAX_FILE_MB * 1_048_576,
  ...(offered.LINK_PREVIEWS === 'on' && { previews: true }),
});

/** The place of files itself, unless it is below gate's own origin, and those that it leads to. */
function fileSourcesOf(url: string | undefined, others: readonly string[]): string[] {
  return [...(url !== undefined && URL.canParse(url) ? [new URL(url).origin] : []), ...others];
}

function readSessionKeys(
  file: string | undefined,
  source: Record<string, string | undefined>,
): GateConfig['sessionKeys'] {
  const content = requireSecret('SESSION_KEYS', source);
  try {
    new SessionKeys(content);
  } catch {
    // The reason may quote the content.
    const name = file === undefined ? 'SESSION_KEYS' : `SESSION_KEYS_FILE: ${file}`;
    throw new EnvError(
      `${name}: expected JSON {"keys": [{"kid", "privateKey"}]} with one or two Ed25519 keys`,
    );
  }
  return file === undefined ? { content } : { file };
}

function isProxy(text: string): boolean {
  if (['loopback', 'linklocal', 'uniquelocal'].includes(text)) return true;
  const [address, bits, ...rest] = text.split('/');
  const family = isIP(address!);
  if (family === 0 || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
}

function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text;
}
