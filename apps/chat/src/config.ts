import { isIP, isIPv6 } from 'node:net';
import {
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
import { limits } from '@berth/wire';

/** What an account may do only so often, because others bear it or learn from it. */
export type Spent = 'friendRequest' | 'profile' | 'group' | 'groupMember' | 'change';

/** At most so many within a window. */
export interface BudgetWindow {
  most: number;
  ms: number;
}

export type BudgetWindows = Readonly<Record<Spent, readonly BudgetWindow[]>>;

export interface ChatConfig {
  logLevel: string;
  /** Where traces are sent to; undefined: nothing is traced. */
  tracing: TracingConfig | undefined;
  /** DNS label, unique in the fleet. */
  node: string;
  zone: string;
  version: string;
  /** Where this process listens; port 0 picks a free one. */
  tcp: { host: string; port: number };
  webSocket: {
    host: string;
    port: number;
    /** Origins that may open WebSockets; undefined: any. Requests without an origin are no browsers' and always may. */
    allowedOrigins: string[] | undefined;
  };
  peer: { host: string; port: number };
  ops: { host: string; port: number };
  /** What others are told; a part that is undefined is where this process listens. */
  advertised: {
    clientHost: string;
    clientPort: number | undefined;
    clientUrl: string | undefined;
    peerAddress: string | undefined;
  };
  proxyProtocol: 'off' | 'v2';
  statusAddress: string;
  grpcTls: GrpcTls | undefined;
  mysql: MysqlSettings & { writers: number };
  redis: { url: string; tlsCaFile: string | undefined };
  /** Connections at most. */
  capacity: number;
  /** Sessions of one user and device class that may live at once; of more the one used least lately goes. */
  devicesPerClass: number;
  /** Hellos per second. */
  helloRate: number;
  heartbeatMs: number;
  deadMs: number;
  firstFrameTimeoutMs: number;
  /** Between two comparisons of this node's sessions with MySQL. */
  sessionAuditMs: number;
  drainMs: number;
  presence: {
    /** A user who is back within this was never away. */
    graceMs: number;
    /** Users of a node that died are told offline this long after its lease ended. */
    deathMs: number;
  };
  /** Token bucket of frames per connection. */
  frames: { perSecond: number; burst: number };
  /** Token bucket of sends per user. */
  sends: { perSecond: number; burst: number };
  /** What an account may search for, and find. */
  searches: { perMinute: number; strangersPerDay: number };
  /** What an account may do only so often. */
  budgets: BudgetWindows;
  /** A declined request for friendship may be repeated after this. */
  friendRequestAgainMs: number;
  /** Groups that one user has made, at most. */
  maxGroupsCreated: number;
  /** So long after it was sent one may edit, and recall, a message of one's own; 0: never. Whether its versions are kept. */
  messageChanges: { editMs: number; recallMs: number; keepsVersions: boolean };
  maxUnsentBytes: number;
  maxUnsentTotalBytes: number;
  /** Bytes of an encoded deliver frame's body. */
  maxDeliverBytes: number;
  /** Milliseconds between two frames to a client of the llfcchat dialect, at least. */
  oldClientSpacingMs: number;
  maxGroupMembers: number;
  strangersMayWrite: boolean;
  /** Whether people may invite others by links; gate is told the same. */
  invites: boolean;
  /** Where people find the web client: what a client without attachments is linked to in their place. */
  webUrl: string | undefined;
  /** Up to so many nodes get every group message; beyond it those in the conversation's interest set. */
  broadcastNodes: number;
}

const variables = {
  LOG_LEVEL: env.text().default('info'),
  // A pod knows its address but cannot spell it as the DNS label that a headless Service gives it.
  NODE_NAME: env
    .text()
    .refine((name) => /^[a-z0-9-]{1,63}$/.test(name) || (isIP(name) !== 0 && !name.includes('%')), {
      error: 'expected a DNS label or an IP address',
    })
    .transform(labelOf),
  ZONE: env.text().default(''),
  BERTH_VERSION: env.text().default('0.1.0'),
  TCP_HOST: env.listenHost(),
  TCP_PORT: env.port().default(8090),
  WS_HOST: env.listenHost(),
  WS_PORT: env.port().default(8091),
  PEER_HOST: env.listenHost(),
  PEER_PORT: env.port().default(50055),
  OPS_HOST: env.listenHost(),
  OPS_PORT: env.port().default(9103),
  CLIENT_HOST: env.text(),
  CLIENT_PORT: env.port().optional(),
  CLIENT_URL: env.text().optional(),
  PEER_ADDRESS: env.parsed((value) => targetOf(value.replaceAll('{node}', 'node'))).optional(),
  PROXY_PROTOCOL: env
    .text()
    .regex(/^(off|v2)$/, { error: 'off or v2' })
    .default('off'),
  ALLOWED_ORIGINS: env.list().optional(),
  STATUS_ADDRESS: env.parsed(targetOf).default('localhost:50052'),
  ...mysqlVariables,
  MESSAGE_WRITERS: env.count(1, 16).default(2),
  REDIS_TLS_CA_FILE: env.text().optional(),
  CAPACITY: env.count(1, 2_000_000).default(20_000),
  DEVICES_PER_CLASS: env.count(1, 100).default(5),
  HELLO_RATE: env.count(1, 100_000).default(500),
  HEARTBEAT_SECONDS: env.number(0.1, 600).default(limits.heartbeatMs / 1_000),
  DEAD_SECONDS: env.number(0.2, 1_800).default(limits.deadMs / 1_000),
  FIRST_FRAME_SECONDS: env.number(0.1, 60).default(limits.firstFrameTimeoutMs / 1_000),
  PRESENCE_GRACE_SECONDS: env.number(0, 600).default(5),
  PRESENCE_DEATH_SECONDS: env.number(0, 600).default(10),
  SESSION_AUDIT_SECONDS: env.number(0.1, 86_400).default(180),
  DRAIN_SECONDS: env.number(0, 3_600).default(30),
  FRAMES_PER_SECOND: env.count(1).default(200),
  FRAMES_BURST: env.count(1).default(1_000),
  SENDS_PER_SECOND: env.count(1).default(50),
  SENDS_BURST: env.count(1).default(200),
  SEARCHES_PER_MINUTE: env.count(1).default(60),
  SEARCH_STRANGERS_PER_DAY: env.count(1).default(5_000),
  FRIEND_REQUESTS_PER_HOUR: env.count(1).default(30),
  FRIEND_REQUESTS_PER_DAY: env.count(1).default(100),
  FRIEND_REQUEST_AGAIN_DAYS: env.number(0, 3_650).default(7),
  PROFILES_PER_MINUTE: env.count(1).default(60),
  PROFILES_PER_DAY: env.count(1).default(1_000),
  GROUPS_PER_HOUR: env.count(1).default(30),
  GROUPS_PER_DAY: env.count(1).default(100),
  GROUP_MEMBERS_PER_HOUR: env.count(1).default(2_000),
  CHANGES_PER_MINUTE: env.count(1).default(120),
  CHANGES_PER_DAY: env.count(1).default(5_000),
  MAX_GROUPS_CREATED: env.count(1).default(1_000),
  EDIT_MINUTES: env.number(0, 5_256_000).default(15),
  RECALL_HOURS: env.number(0, 87_600).default(48),
  EDIT_HISTORY: env
    .text()
    .regex(/^(on|off)$/, { error: 'on or off' })
    .default('on'),
  MAX_UNSENT_BYTES: env.count(65_536).default(1_048_576),
  MAX_UNSENT_TOTAL_BYTES: env.count(65_536).default(268_435_456),
  MAX_DELIVER_BYTES: env.count(1_024, limits.maxDeliverBytes).default(limits.maxDeliverBytes),
  // More than such a client may take for one read: it loses what comes with the frame before.
  OLD_CLIENT_SPACING_MS: env.count(0, 5_000).default(150),
  MAX_GROUP_MEMBERS: env.count(2, 1_000_000).default(100_000),
  STRANGERS_MAY_WRITE: env.flag().default(false),
  INVITES: env.flag().default(true),
  WEB_URL: env.webAddress().optional(),
  BROADCAST_NODES: env.count(1, 1_000).default(32),
};

const perHour = (most: number) => ({ most, ms: 3_600_000 });
const perDay = (most: number) => ({ most, ms: 86_400_000 });

/** Throws EnvError with a line per variable at fault. */
export function parseChatConfig(source: Record<string, string | undefined>): ChatConfig {
  const values = readEnv(variables, source);
  const named = (address: string) => address.replaceAll('{node}', values.NODE_NAME);
  return {
    logLevel: values.LOG_LEVEL,
    tracing: readTracing(source, 'chat'),
    node: values.NODE_NAME,
    zone: values.ZONE,
    version: values.BERTH_VERSION,
    tcp: { host: values.TCP_HOST, port: values.TCP_PORT },
    webSocket: { host: values.WS_HOST, port: values.WS_PORT, allowedOrigins: values.ALLOWED_ORIGINS },
    peer: { host: values.PEER_HOST, port: values.PEER_PORT },
    ops: { host: values.OPS_HOST, port: values.OPS_PORT },
    advertised: {
      clientHost: named(values.CLIENT_HOST),
      clientPort: values.CLIENT_PORT,
      clientUrl: values.CLIENT_URL && named(values.CLIENT_URL),
      peerAddress: values.PEER_ADDRESS && named(values.PEER_ADDRESS),
    },
    proxyProtocol: values.PROXY_PROTOCOL === 'v2' ? 'v2' : 'off',
    statusAddress: values.STATUS_ADDRESS,
    mysql: { ...readMysql(values, source, parseMysqlUrl), writers: values.MESSAGE_WRITERS },
    redis: { url: requireSecret('REDIS_URL', source, parseRedisUrl), tlsCaFile: values.REDIS_TLS_CA_FILE },
    capacity: values.CAPACITY,
    devicesPerClass: values.DEVICES_PER_CLASS,
    helloRate: values.HELLO_RATE,
    heartbeatMs: values.HEARTBEAT_SECONDS * 1_000,
    deadMs: values.DEAD_SECONDS * 1_000,
    firstFrameTimeoutMs: values.FIRST_FRAME_SECONDS * 1_000,
    sessionAuditMs: values.SESSION_AUDIT_SECONDS * 1_000,
    drainMs: values.DRAIN_SECONDS * 1_000,
    presence: {
      graceMs: values.PRESENCE_GRACE_SECONDS * 1_000,
      deathMs: values.PRESENCE_DEATH_SECONDS * 1_000,
    },
    frames: { perSecond: values.FRAMES_PER_SECOND, burst: values.FRAMES_BURST },
    sends: { perSecond: values.SENDS_PER_SECOND, burst: values.SENDS_BURST },
    searches: { perMinute: values.SEARCHES_PER_MINUTE, strangersPerDay: values.SEARCH_STRANGERS_PER_DAY },
    budgets: {
      friendRequest: [perHour(values.FRIEND_REQUESTS_PER_HOUR), perDay(values.FRIEND_REQUESTS_PER_DAY)],
      profile: [{ most: values.PROFILES_PER_MINUTE, ms: 60_000 }, perDay(values.PROFILES_PER_DAY)],
      group: [perHour(values.GROUPS_PER_HOUR), perDay(values.GROUPS_PER_DAY)],
      groupMember: [perHour(values.GROUP_MEMBERS_PER_HOUR)],
      change: [{ most: values.CHANGES_PER_MINUTE, ms: 60_000 }, perDay(values.CHANGES_PER_DAY)],
    },
    friendRequestAgainMs: values.FRIEND_REQUEST_AGAIN_DAYS * 86_400_000,
    maxGroupsCreated: values.MAX_GROUPS_CREATED,
    messageChanges: {
      editMs: values.EDIT_MINUTES * 60_000,
      recallMs: values.RECALL_HOURS * 3_600_000,
      keepsVersions: values.EDIT_HISTORY === 'on',
    },
    maxUnsentBytes: values.MAX_UNSENT_BYTES,
    maxUnsentTotalBytes: values.MAX_UNSENT_TOTAL_BYTES,
    maxDeliverBytes: values.MAX_DELIVER_BYTES,
    oldClientSpacingMs: values.OLD_CLIENT_SPACING_MS,
    maxGroupMembers: values.MAX_GROUP_MEMBERS,
    strangersMayWrite: values.STRANGERS_MAY_WRITE,
    invites: values.INVITES,
    webUrl: values.WEB_URL,
    broadcastNodes: values.BROADCAST_NODES,
    // Last: what is not set at all is said first.
    grpcTls: readGrpcTls(source, values.PEER_HOST),
  };
}

/** As CoreDNS spells an address: dashes for dots and colons, and no dash at the end. */
function labelOf(name: string): string {
  const label = name.replaceAll(/[.:]/g, '-');
  return isIPv6(name) ? label.toLowerCase().replace(/-$/, '-0') : label;
}
