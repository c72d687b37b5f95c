import { EnvError, env, readEnv, readGrpcTls, requireSecret } from '@berth/env';
import type { GrpcTls } from '@berth/grpc';
import { parseRedisUrl } from '@berth/redis';
import { readTracing, type TracingConfig } from '@berth/telemetry';

export interface VerifyConfig {
  logLevel: string;
  /** Where traces are sent to; undefined: nothing is traced. */
  tracing: TracingConfig | undefined;
  /** Where VerifyService and the operators' door listen; port 0 picks a free one. */
  grpc: { host: string; port: number };
  ops: { host: string; port: number };
  grpcTls: GrpcTls | undefined;
  redis: { url: string; tlsCaFile: string | undefined };
  smtp: {
    url: string;
    /** Whether a password may be sent to a server that offers no TLS. */
    plainPassword: boolean;
    /** Sender of the mails, as in a From header. */
    from: string;
    /** Mails handed to the server at a time. */
    connections: number;
    /** Mails waiting for a connection at most; a code is refused beyond it. */
    queue: number;
  };
  /** Keys the hashes of codes and addresses in Redis. */
  codeSecret: string;
  codes: { ttlMs: number; attempts: number };
  budgets: {
    perAddressHour: number;
    perAddressDay: number;
    perSourceHour: number;
    perMinute: number;
    /** Between two codes for one address. */
    resendMs: number;
  };
}

const variables = {
  LOG_LEVEL: env.text().default('info'),
  GRPC_HOST: env.listenHost(),
  GRPC_PORT: env.port().default(50_051),
  OPS_HOST: env.listenHost(),
  OPS_PORT: env.port().default(9_101),
  REDIS_TLS_CA_FILE: env.text().optional(),
  SMTP_PLAIN_PASSWORD: env.flag().default(false),
  MAIL_FROM: env.text().default('Berth <no-reply@localhost>'),
  MAIL_CONNECTIONS: env.count(1, 100).default(5),
  MAIL_QUEUE: env.count(1, 100_000).default(300),
  CODES_PER_ADDRESS_HOUR: env.count(1, 1_000).default(5),
  CODES_PER_ADDRESS_DAY: env.count(1, 10_000).default(10),
  CODES_PER_SOURCE_HOUR: env.count(1, 1_000_000).default(20),
  CODES_PER_MINUTE: env.count(1, 1_000_000).default(300),
  CODE_RESEND_SECONDS: env.number(0, 3_600).default(30),
};

/** Throws EnvError with a line per variable at fault. */
export function parseVerifyConfig(source: Record<string, string | undefined>): VerifyConfig {
  const values = readEnv(variables, source);
  return {
    logLevel: values.LOG_LEVEL,
    tracing: readTracing(source, 'verify'),
    grpc: { host: values.GRPC_HOST, port: values.GRPC_PORT },
    ops: { host: values.OPS_HOST, port: values.OPS_PORT },
    redis: { url: requireSecret('REDIS_URL', source, parseRedisUrl), tlsCaFile: values.REDIS_TLS_CA_FILE },
    smtp: {
      url: requireSecret('SMTP_URL', source, checkSmtpUrl),
      plainPassword: values.SMTP_PLAIN_PASSWORD,
      from: values.MAIL_FROM,
      connections: values.MAIL_CONNECTIONS,
      queue: values.MAIL_QUEUE,
    },
    codeSecret: readCodeSecret(source),
    // Not for operators to change: the strength of six digits rests on them.
    codes: { ttlMs: 10 * 60_000, attempts: 5 },
    budgets: {
      perAddressHour: values.CODES_PER_ADDRESS_HOUR,
      perAddressDay: values.CODES_PER_ADDRESS_DAY,
      perSourceHour: values.CODES_PER_SOURCE_HOUR,
      perMinute: values.CODES_PER_MINUTE,
      resendMs: Math.round(values.CODE_RESEND_SECONDS * 1_000),
    },
    // Last: what is not set at all is said first.
    grpcTls: readGrpcTls(source, values.GRPC_HOST),
  };
}

/** Throws an Error that says what is wrong with the address of a mail server, without showing it. */
function checkSmtpUrl(url: string): void {
  const expected = 'expected smtp[s]://user:password@host:port';
  if (!/^smtps?:\/\/./i.test(url)) throw new Error(expected);
  if (!URL.canParse(url) || new URL(url).hostname === '') {
    throw new Error(`${expected}; one of : / ? # @ in a user or a password is written percent-encoded`);
  }
}

/** Short of this, who reads Redis could guess it, and the codes with it. */
const minSecretLength = 16;

function readCodeSecret(source: Record<string, string | undefined>): string {
  const secret = requireSecret('CODE_SECRET', source);
  if (secret.length < minSecretLength)
    throw new EnvError(`CODE_SECRET: at least ${minSecretLength} characters`);
  return secret;
}
