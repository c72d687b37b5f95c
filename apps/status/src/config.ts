import { createHmac } from 'node:crypto';
import {
  EnvError,
  env,
  type MysqlSettings,
  mysqlVariables,
  readEnv,
  readGrpcTls,
  readMysql,
  readSecret,
  requireSecret,
} from '@berth/env';
import type { GrpcTls } from '@berth/grpc';
import { parseMysqlUrl } from '@berth/mysql';
import { parseRedisUrl } from '@berth/redis';
import { readTracing, type TracingConfig } from '@berth/telemetry';
import { z } from 'zod';
import { defaultRules, type Rules } from './placement/rules.ts';
import type { Strategy } from './placement/strategies/strategy.ts';
import { serviceAccountFolder } from './planner/kubernetes-scaler.ts';
import { defaultPlanPolicy, type PlanPolicy } from './planner/plan-types.ts';

export interface StatusConfig {
  logLevel: string;
  /** Where traces are sent to; undefined: nothing is traced. */
  tracing: TracingConfig | undefined;
  /** Where StatusService and the operators' door listen; port 0 picks a free one. */
  grpc: { host: string; port: number };
  grpcTls: GrpcTls | undefined;
  ops: { host: string; port: number };
  redis: { url: string; tlsCaFile: string | undefined };
  /** Where operators' tokens are kept; undefined: there are none but `operatorToken`. */
  mysql: MysqlSettings | undefined;
  ticketSecret: string;
  /** Who shows it may do everything. */
  operatorToken: string;
  strategy: Strategy['name'];
  rules: Rules;
  /** Undefined: nothing scales the fleet. */
  scaler: ScalerConfig | undefined;
}

type ScalerConfig = KubernetesScalerConfig | HttpScalerConfig;

interface HttpScalerConfig {
  kind: 'http';
  url: string;
  token: string;
  policy: PlanPolicy;
}

interface KubernetesScalerConfig {
  kind: 'kubernetes';
  namespace: string;
  deployment: string;
  /** Of the API server. */
  url: string;
  /** Folder of the ServiceAccount's token and authority. */
  credentials: string;
  policy: PlanPolicy;
}

const variables = {
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
  GRPC_HOST: env.listenHost(),
  GRPC_PORT: env.port().default(50_052),
  OPS_HOST: env.listenHost(),
  OPS_PORT: env.port().default(9_102),
  REDIS_TLS_CA_FILE: env.text().optional(),
  ...mysqlVariables,
  PLACEMENT_STRATEGY: z
    .enum(['least-connections', 'packed', 'rendezvous', 'p2c'])
    .default('least-connections'),
  ADMISSION_RATE: env.number(0.1, 1_000_000).default(defaultRules.admissionRate),
  RESERVATION_SECONDS: env.number(1, 300).default(defaultRules.reservationMs / 1_000),
  LEASE_SECONDS: env.number(2, 300).default(defaultRules.leaseMs / 1_000),
  SCALER: z.enum(['off', 'kubernetes', 'http']).default('off'),
  SCALER_URL: env
    .text()
    .regex(/^https?:\/\/\S+[^/]$/, { error: 'expected an address without a slash at its end' })
    .optional(),
  SCALER_NAMESPACE: env.text().optional(),
  SCALER_DEPLOYMENT: env.text().optional(),
  SCALER_MIN: env.count(1, 10_000).default(defaultPlanPolicy.min),
  SCALER_MAX: env.count(1, 10_000).default(defaultPlanPolicy.max),
  SCALER_HEADROOM: env.number(0, 0.9).default(defaultPlanPolicy.headroom),
  SCALER_CALM_MINUTES: env.number(0, 1_440).default(defaultPlanPolicy.calmMs / 60_000),
  SCALER_START_SECONDS: env.number(0, 3_600).default(defaultPlanPolicy.startMs / 1_000),
  SCALER_REBALANCE: env.number(0, 10).default(defaultPlanPolicy.rebalanceShare),
  SCALER_CREDENTIALS: env.text().default(serviceAccountFolder),
  KUBERNETES_SERVICE_HOST: env.text().optional(),
  KUBERNETES_SERVICE_PORT: env.port().default(443),
};

/** Reads the environment. Throws EnvError that names every variable at fault. */
export function parseStatusConfig(source: Record<string, string | undefined>): StatusConfig {
  const values = readEnv(variables, source);
  return {
    logLevel: values.LOG_LEVEL,
    tracing: readTracing(source, 'status'),
    grpc: { host: values.GRPC_HOST, port: values.GRPC_PORT },
    ops: { host: values.OPS_HOST, port: values.OPS_PORT },
    redis: { url: requireSecret('REDIS_URL', source, parseRedisUrl), tlsCaFile: values.REDIS_TLS_CA_FILE },
    mysql:
      readSecret('MYSQL_URL', source) === undefined ? undefined : readMysql(values, source, parseMysqlUrl),
    ticketSecret: parseTicketSecret(source),
    operatorToken: parseOperatorToken(source),
    strategy: values.PLACEMENT_STRATEGY,
    rules: {
      ...defaultRules,
      admissionRate: values.ADMISSION_RATE,
      reservationMs: values.RESERVATION_SECONDS * 1_000,
      leaseMs: values.LEASE_SECONDS * 1_000,
    },
    scaler: values.SCALER === 'off' ? undefined : parseScaler(values, source),
    // Last: what is not set at all is said first.
    grpcTls: readGrpcTls(source, values.GRPC_HOST),
  };
}

function parseScaler(
  values: z.output<z.ZodObject<typeof variables>>,
  source: Record<string, string | undefined>,
): ScalerConfig {
  if (values.SCALER_MIN > values.SCALER_MAX) throw new EnvError('SCALER_MIN: more than SCALER_MAX');
  const policy = {
    ...defaultPlanPolicy,
    min: values.SCALER_MIN,
    max: values.SCALER_MAX,
    headroom: values.SCALER_HEADROOM,
    startMs: values.SCALER_START_SECONDS * 1_000,
    calmMs: values.SCALER_CALM_MINUTES * 60_000,
    rebalanceShare: values.SCALER_REBALANCE,
  };
  if (values.SCALER === 'http') {
    if (!values.SCALER_URL) throw new EnvError('SCALER_URL: set it with SCALER=http');
    return { kind: 'http', url: values.SCALER_URL, token: requireSecret('SCALER_TOKEN', source), policy };
  }
  const {
    SCALER_NAMESPACE: namespace,
    SCALER_DEPLOYMENT: deployment,
    KUBERNETES_SERVICE_HOST: host,
  } = values;
  if (!namespace || !deployment)
    throw new EnvError('SCALER_NAMESPACE, SCALER_DEPLOYMENT: set both with SCALER=kubernetes');
  if (!host) throw new EnvError('SCALER=kubernetes: KUBERNETES_SERVICE_HOST is not set; is this a pod?');
  return {
    kind: 'kubernetes',
    namespace,
    deployment,
    url: `https://${host.includes(':') ? `[${host}]` : host}:${values.KUBERNETES_SERVICE_PORT}`,
    credentials: values.SCALER_CREDENTIALS,
    policy,
  };
}

/** Derived where none is given, so that whoever may read the ticket secret needs no other. */
function parseOperatorToken(source: Record<string, string | undefined>): string {
  const token = readSecret('OPERATOR_TOKEN', source);
  if (token === undefined)
    return createHmac('sha256', parseTicketSecret(source)).update('operator').digest('hex');
  if (Buffer.byteLength(token) < 32) throw new EnvError('OPERATOR_TOKEN: expected at least 32 bytes');
  return token;
}

function parseTicketSecret(source: Record<string, string | undefined>): string {
  const secret = requireSecret('TICKET_SECRET', source);
  if (Buffer.byteLength(secret) < 32) throw new EnvError('TICKET_SECRET: expected at least 32 bytes');
  return secret;
}
