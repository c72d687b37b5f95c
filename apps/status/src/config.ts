import { EnvError, env, readEnv, readGrpcTls, requireSecret } from '@berth/env';
import type { GrpcTls } from '@berth/grpc';
import { z } from 'zod';
import { defaultRules, type Rules } from './placement/rules.ts';
import type { Strategy } from './placement/strategies/strategy.ts';

export interface StatusConfig {
  logLevel: string;
  /** Where StatusService and the operators' door listen; port 0 picks a free one. */
  grpc: { host: string; port: number };
  grpcTls: GrpcTls | undefined;
  ops: { host: string; port: number };
  redis: { url: string; tlsCaFile: string | undefined };
  ticketSecret: string;
  strategy: Strategy['name'];
  rules: Rules;
}

const variables = {
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
  GRPC_HOST: env.text().default('0.0.0.0'),
  GRPC_PORT: env.port().default(50_052),
  OPS_HOST: env.text().default('0.0.0.0'),
  OPS_PORT: env.port().default(9_102),
  REDIS_TLS_CA_FILE: env.text().optional(),
  PLACEMENT_STRATEGY: z
    .enum(['least-connections', 'packed', 'rendezvous', 'p2c'])
    .default('least-connections'),
  ADMISSION_RATE: env.number(0.1, 1_000_000).default(defaultRules.admissionRate),
  RESERVATION_SECONDS: env.number(1, 300).default(defaultRules.reservationMs / 1_000),
  LEASE_SECONDS: env.number(2, 300).default(defaultRules.leaseMs / 1_000),
};

/** Reads the environment. Throws EnvError that names every variable at fault. */
export function parseStatusConfig(source: Record<string, string | undefined>): StatusConfig {
  const values = readEnv(variables, source);
  return {
    logLevel: values.LOG_LEVEL,
    grpc: { host: values.GRPC_HOST, port: values.GRPC_PORT },
    grpcTls: readGrpcTls(source),
    ops: { host: values.OPS_HOST, port: values.OPS_PORT },
    redis: { url: requireSecret('REDIS_URL', source), tlsCaFile: values.REDIS_TLS_CA_FILE },
    ticketSecret: parseTicketSecret(source),
    strategy: values.PLACEMENT_STRATEGY,
    rules: {
      ...defaultRules,
      admissionRate: values.ADMISSION_RATE,
      reservationMs: values.RESERVATION_SECONDS * 1_000,
      leaseMs: values.LEASE_SECONDS * 1_000,
    },
  };
}

function parseTicketSecret(source: Record<string, string | undefined>): string {
  const secret = requireSecret('TICKET_SECRET', source);
  if (Buffer.byteLength(secret) < 32) throw new EnvError('TICKET_SECRET: expected at least 32 bytes');
  return secret;
}
