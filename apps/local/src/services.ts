import { join } from 'node:path';
import { freePorts } from '@berth/stores';
import type { LocalConfig } from './config.ts';
import type { NodeService } from './part.ts';
import { prepareSecrets, type SecretFiles } from './secrets.ts';

/** Where everything will listen, settled before anything starts. */
export interface Plan {
  /** Of private servers. */
  mysql: number;
  redis: number;
  smtp: number;
  verify: { grpc: number; ops: number };
  status: { grpc: number; ops: number };
  gate: { ops: number };
  files: { http: number; tcp: number; ops: number };
  nodes: NodePlan[];
  secrets: SecretFiles;
}

interface NodePlan {
  name: string;
  tcp: number;
  ws: number;
  peer: number;
  ops: number;
}

const host = '127.0.0.1';

/** A chat node that is stopped sends its people away first. */
const stopMarginMs = 20_000;

export async function makePlan(config: LocalConfig): Promise<Plan> {
  const ports = await freePorts(11 + 4 * config.nodes);
  const next = () => ports.pop()!;
  return {
    mysql: next(),
    redis: next(),
    smtp: next(),
    verify: { grpc: next(), ops: next() },
    status: { grpc: next(), ops: next() },
    gate: { ops: next() },
    files: { http: next(), tcp: next(), ops: next() },
    nodes: Array.from({ length: config.nodes }, (_, index) => planNode(index + 1, ports.splice(0, 4))),
    secrets: prepareSecrets(config.dataDir),
  };
}

/** `ports`: four of them. */
export function planNode(number: number, ports: number[]): NodePlan {
  const [tcp, ws, peer, ops] = ports as [number, number, number, number];
  return { name: `chat-${number}`, tcp, ws, peer, ops };
}

export function mailService(config: LocalConfig, plan: Plan): NodeService {
  return {
    name: 'mail',
    entry: join(config.root, 'apps/local/src/mail-catcher.ts'),
    args: [String(plan.smtp), String(config.mailPort), join(config.dataDir, 'mail')],
    env: inherited(config),
    readyUrl: `http://${host}:${config.mailPort}/healthz`,
  };
}

export function verifyService(config: LocalConfig, plan: Plan, redisUrl: string): NodeService {
  return service(config, 'verify', 'verify', plan.verify.ops, {
    REDIS_URL: redisUrl,
    GRPC_HOST: host,
    GRPC_PORT: plan.verify.grpc,
    SMTP_URL: `smtp://${host}:${plan.smtp}`,
    CODE_SECRET_FILE: plan.secrets.codeSecret,
  });
}

/** What makes the planner of status scale this platform. */
export interface PlannerDoor {
  url: string;
  token: string;
}

/** Few people fill a node, and little calm empties one, so that it can be watched; what is set wins. */
const elasticCapacity = 20;

function plannerSettings({ nodes, env }: LocalConfig, { url, token }: PlannerDoor): NodeService['env'] {
  return {
    SCALER: 'http',
    SCALER_URL: url,
    SCALER_TOKEN: token,
    SCALER_MIN: env.SCALER_MIN || String(nodes),
    SCALER_MAX: env.SCALER_MAX || String(Math.max(nodes, 8)),
    SCALER_START_SECONDS: env.SCALER_START_SECONDS || '5',
    SCALER_CALM_MINUTES: env.SCALER_CALM_MINUTES || '0.5',
  };
}

export function statusService(
  config: LocalConfig,
  plan: Plan,
  stores: { mysqlUrl: string; redisUrl: string },
  planner: PlannerDoor | undefined,
): NodeService {
  return service(config, 'status', 'status', plan.status.ops, {
    MYSQL_URL: stores.mysqlUrl,
    REDIS_URL: stores.redisUrl,
    GRPC_HOST: host,
    GRPC_PORT: plan.status.grpc,
    TICKET_SECRET_FILE: plan.secrets.ticketSecret,
    OPERATOR_TOKEN_FILE: plan.secrets.operatorToken,
    ...(planner && plannerSettings(config, planner)),
  });
}

export function gateService(
  config: LocalConfig,
  plan: Plan,
  stores: { mysqlUrl: string; redisUrl: string },
  webRoot: string | undefined,
): NodeService {
  return service(config, 'gate', 'gate', plan.gate.ops, {
    MYSQL_URL: stores.mysqlUrl,
    REDIS_URL: stores.redisUrl,
    HTTP_HOST: host,
    HTTP_PORT: config.port,
    VERIFY_ADDRESS: `${host}:${plan.verify.grpc}`,
    STATUS_ADDRESS: `${host}:${plan.status.grpc}`,
    OPERATORS_URL: `http://${host}:${plan.status.ops}`,
    SESSION_KEYS_FILE: plan.secrets.sessionKeys,
    // As in the chart.
    GLIBC_TUNABLES: config.env.GLIBC_TUNABLES || 'glibc.malloc.hugetlb=1:glibc.malloc.arena_max=1',
    // What is printed, and the demo, know of no other.
    BASE_PATH: '/',
    WEB_ROOT: webRoot,
    FILES_URL: filesUrl(plan),
    FILES_HOST: host,
    FILES_PORT: plan.files.tcp,
    MAILBOX_URL: `http://${host}:${config.mailPort}/`,
  });
}

const filesUrl = (plan: Plan): string => `http://${host}:${plan.files.http}/files`;

export function filesService(config: LocalConfig, plan: Plan, stores: { mysqlUrl: string }): NodeService {
  return service(config, 'files', 'files', plan.files.ops, {
    MYSQL_URL: stores.mysqlUrl,
    HTTP_HOST: host,
    HTTP_PORT: plan.files.http,
    TCP_HOST: host,
    TCP_PORT: plan.files.tcp,
    FILES_URL: filesUrl(plan),
    SESSION_PUBLIC_KEYS_FILE: plan.secrets.sessionPublicKeys,
    LINK_SECRET_FILE: plan.secrets.linkSecret,
    STORAGE_DIR: config.env.STORAGE_DIR || join(config.dataDir, 'files'),
  });
}

export function chatService(
  config: LocalConfig,
  plan: Plan,
  stores: { mysqlUrl: string; redisUrl: string },
  node: NodePlan,
): NodeService {
  const drainSeconds = config.env.DRAIN_SECONDS || '1';
  const chat = service(config, node.name, 'chat', node.ops, {
    MYSQL_URL: stores.mysqlUrl,
    REDIS_URL: stores.redisUrl,
    NODE_NAME: node.name,
    TCP_HOST: host,
    TCP_PORT: node.tcp,
    WS_HOST: host,
    WS_PORT: node.ws,
    CLIENT_HOST: host,
    CLIENT_PORT: node.tcp,
    CLIENT_URL: `ws://${host}:${node.ws}`,
    PEER_HOST: host,
    PEER_PORT: node.peer,
    PEER_ADDRESS: `${host}:${node.peer}`,
    STATUS_ADDRESS: `${host}:${plan.status.grpc}`,
    WEB_URL: `http://${host}:${config.port}/`,
    // Whoever stops it waits for it.
    DRAIN_SECONDS: drainSeconds,
    // As in the chart.
    NODE_OPTIONS: config.env.NODE_OPTIONS || '--max-semi-space-size=64',
    ...(config.elastic && { CAPACITY: config.env.CAPACITY || String(elasticCapacity) }),
  });
  return { ...chat, stopMs: (Number(drainSeconds) || 0) * 1_000 + stopMarginMs };
}

function service(
  config: LocalConfig,
  name: string,
  app: string,
  opsPort: number,
  env: Record<string, string | number | undefined>,
): NodeService {
  const texts = Object.entries({ ...env, OPS_HOST: host, OPS_PORT: opsPort }).map(([key, value]) => [
    key,
    value === undefined ? undefined : String(value),
  ]);
  return {
    name,
    entry: join(config.root, 'apps', app, 'src/main.ts'),
    env: { ...inherited(config), ...Object.fromEntries(texts) },
    readyUrl: `http://${host}:${opsPort}/readyz`,
  };
}

/** Compiled code is kept between starts, which halves them. */
const inherited = (config: LocalConfig): NodeService['env'] => ({
  ...config.env,
  NODE_COMPILE_CACHE: config.env.NODE_COMPILE_CACHE ?? join(config.dataDir, 'cache'),
});
