import { isIP } from 'node:net';
import { resolve } from 'node:path';
import {
  EnvError,
  env,
  type MysqlSettings,
  mysqlVariables,
  readEnv,
  readMysql,
  requireSecret,
} from '@berth/env';
import { parseMysqlUrl } from '@berth/mysql';
import { SessionKeys } from '@berth/tokens';

export type StorageConfig =
  | { kind: 'disk'; folder: string }
  | {
      kind: 's3';
      bucket: string;
      region: string;
      /** Of another S3 than AWS's. */
      endpoint: string | undefined;
      /** Where clients reach it, if that is elsewhere. */
      publicEndpoint: string | undefined;
      pathStyle: boolean;
    };

export interface UserLimits {
  /** Bytes of one file. */
  fileBytes: number;
  /** Bytes that a user may begin to upload in a day (UTC). */
  dayBytes: number;
  /** Bytes that a user may have stored. */
  totalBytes: number;
  /** Uploads of a user that are not whole. */
  openUploads: number;
}

/** The path in how clients reach it, without a slash at its end. */
export const pathOf = (publicUrl: string): string =>
  new URL(publicUrl, 'http://files').pathname.replace(/\/$/, '');

export interface FilesConfig {
  logLevel: string;
  /** Where it listens; port 0 picks a free one. */
  http: { host: string; port: number };
  ops: { host: string; port: number };
  /** Where clients of the llfcchat dialect come in. */
  oldClients: {
    host: string;
    port: number;
    /** `v2`: every connection begins with a PROXY v2 header, and one without it is cut. */
    proxyProtocol: 'off' | 'v2';
    /** At a time. */
    maxConnections: number;
    /** Of one picture; never more than `limits.fileBytes`. */
    maxBytes: number;
  };
  mysql: MysqlSettings;
  /** What verifies sessions: a file, read again when it changes, or its content. */
  sessionKeys: { file: string } | { content: string };
  /** Signs links to content; the same on every replica. */
  linkSecret: string;
  /** How clients reach it, or its path where that is all that is known: what comes behind is a path of its own. */
  publicUrl: string;
  /** Origins that browsers may call from; `*`: any. */
  allowedOrigins: string[];
  storage: StorageConfig;
  limits: UserLimits;
  /** Of one core: what all transfers together take of it while there are several. */
  transferShare: number;
  /** How long a link is good for, at least. */
  linkMs: number;
  /** How long a file that nobody has attached is kept, and an upload that is not whole. */
  unattachedMs: number;
  sweepMs: number;
  media: {
    /** Processes that look into pictures. */
    workers: number;
    /** For one picture, after which its process is ended. */
    timeoutMs: number;
    /** Pixels of a picture, all its frames together, above which it is not looked into. */
    maxPixels: number;
  };
  /** Pages of the public web are read for previews of links, but for those in `refused` (CIDRs); undefined: none is. */
  linkPreviews: { refused: string[] } | undefined;
}

const megabyte = 1_048_576;

const variables = {
  LOG_LEVEL: env.text().default('info'),
  HTTP_HOST: env.listenHost(),
  HTTP_PORT: env.port().default(8085),
  OPS_HOST: env.listenHost(),
  OPS_PORT: env.port().default(9_105),
  TCP_HOST: env.listenHost(),
  TCP_PORT: env.port().default(8_095),
  PROXY_PROTOCOL: env
    .text()
    .regex(/^(off|v2)$/, { error: 'off or v2' })
    .default('off'),
  OLD_CLIENT_CONNECTIONS: env.count(1, 100_000).default(2_000),
  OLD_CLIENT_PICTURE_MB: env.count(1, 2_047).default(20),
  ...mysqlVariables,
  SESSION_PUBLIC_KEYS_FILE: env.text().optional(),
  FILES_URL: env.webAddressOrPath(),
  ALLOWED_ORIGINS: env.list().default(['*']),
  STORAGE: env
    .text()
    .regex(/^(disk|s3)$/, { error: 'disk or s3' })
    .default('disk'),
  STORAGE_DIR: env.text().default('files'),
  S3_BUCKET: env.text().optional(),
  S3_REGION: env.text().default('us-east-1'),
  S3_ENDPOINT: env.text().optional(),
  S3_PUBLIC_ENDPOINT: env.text().optional(),
  S3_PATH_STYLE: env.flag().default(false),
  MAX_FILE_MB: env.count(1, 1_048_576).default(2_048),
  USER_DAY_MB: env.count(1).default(10_240),
  USER_TOTAL_MB: env.count(1).default(51_200),
  USER_OPEN_UPLOADS: env.count(1, 10_000).default(50),
  TRANSFER_CPU_PERCENT: env.number(5, 1_000).default(25),
  LINK_MINUTES: env.number(0.001, 1_440).default(5),
  UNATTACHED_HOURS: env.number(0.0001, 8_760).default(24),
  SWEEP_SECONDS: env.number(0.1, 86_400).default(60),
  MEDIA_WORKERS: env.count(1, 64).default(2),
  MEDIA_SECONDS: env.number(1, 600).default(30),
  MAX_MEGAPIXELS: env.number(0.001, 1_000).default(120),
  LINK_PREVIEWS: env
    .text()
    .regex(/^(on|off)$/, { error: 'on or off' })
    .default('off'),
  LINK_PREVIEWS_REFUSED: env
    .list()
    .refine((items) => items.every(isNetwork), { error: 'expected CIDRs such as 203.0.113.0/24' })
    .default([]),
};

/** Throws EnvError with a line per variable at fault. */
export function parseFilesConfig(source: Record<string, string | undefined>): FilesConfig {
  const values = readEnv(variables, source);
  return {
    logLevel: values.LOG_LEVEL,
    http: { host: values.HTTP_HOST, port: values.HTTP_PORT },
    ops: { host: values.OPS_HOST, port: values.OPS_PORT },
    oldClients: {
      host: values.TCP_HOST,
      port: values.TCP_PORT,
      proxyProtocol: values.PROXY_PROTOCOL === 'v2' ? 'v2' : 'off',
      maxConnections: values.OLD_CLIENT_CONNECTIONS,
      maxBytes: Math.min(values.OLD_CLIENT_PICTURE_MB, values.MAX_FILE_MB) * megabyte,
    },
    mysql: readMysql(values, source, parseMysqlUrl),
    sessionKeys: readSessionKeys(values.SESSION_PUBLIC_KEYS_FILE, source),
    linkSecret: requireSecret('LINK_SECRET', source, longEnough),
    publicUrl: values.FILES_URL.replace(/\/+$/, ''),
    allowedOrigins: values.ALLOWED_ORIGINS,
    storage: readStorage(values),
    limits: {
      fileBytes: values.MAX_FILE_MB * megabyte,
      dayBytes: values.USER_DAY_MB * megabyte,
      totalBytes: values.USER_TOTAL_MB * megabyte,
      openUploads: values.USER_OPEN_UPLOADS,
    },
    transferShare: values.TRANSFER_CPU_PERCENT / 100,
    linkMs: values.LINK_MINUTES * 60_000,
    unattachedMs: values.UNATTACHED_HOURS * 3_600_000,
    sweepMs: values.SWEEP_SECONDS * 1_000,
    media: {
      workers: values.MEDIA_WORKERS,
      timeoutMs: values.MEDIA_SECONDS * 1_000,
      maxPixels: values.MAX_MEGAPIXELS * 1_000_000,
    },
    linkPreviews: values.LINK_PREVIEWS === 'on' ? { refused: values.LINK_PREVIEWS_REFUSED } : undefined,
  };
}

function readStorage(values: ReturnType<typeof readEnv<typeof variables>>): StorageConfig {
  if (values.STORAGE === 'disk') return { kind: 'disk', folder: resolve(values.STORAGE_DIR) };
  if (values.S3_BUCKET === undefined) throw new EnvError('S3_BUCKET is not set, and STORAGE is s3');
  return {
    kind: 's3',
    bucket: values.S3_BUCKET,
    region: values.S3_REGION,
    endpoint: values.S3_ENDPOINT,
    publicEndpoint: values.S3_PUBLIC_ENDPOINT,
    pathStyle: values.S3_PATH_STYLE,
  };
}

function isNetwork(text: string): boolean {
  const [address = '', bits = ''] = text.split('/');
  return (
    /^[^/]+\/\d{1,3}$/.test(text) && isIP(address) > 0 && Number(bits) <= (isIP(address) === 4 ? 32 : 128)
  );
}

function longEnough(secret: string): void {
  if (secret.length < 32) throw new Error('at least 32 characters');
}

function readSessionKeys(
  file: string | undefined,
  source: Record<string, string | undefined>,
): FilesConfig['sessionKeys'] {
  const content = requireSecret('SESSION_PUBLIC_KEYS', source);
  try {
    new SessionKeys(content);
  } catch {
    throw new EnvError(
      'SESSION_PUBLIC_KEYS: expected JSON {"keys": [{"kid", "publicKey"}]} with one or two Ed25519 keys',
    );
  }
  return file === undefined ? { content } : { file };
}
