import { type App, Circuit, Closers } from '@berth/lifecycle';
import { Mysql } from '@berth/mysql';
import { createRedis } from '@berth/redis';
import { type Log, Metrics, noTracing, OpsServer, type Tracing } from '@berth/telemetry';
import { SessionKeys } from '@berth/tokens';
import { MysqlGroupLinkStore } from './accounts/group-link-store.ts';
import { lowerHashThreads } from './accounts/hash-threads.ts';
import { MysqlInviteStore } from './accounts/invite-store.ts';
import { Argon2Hasher } from './accounts/password-hasher.ts';
import { PasswordRules } from './accounts/password-rules.ts';
import { MysqlUserStore } from './accounts/user-store.ts';
import { WordRepairer } from './accounts/word-repairer.ts';
import type { GateConfig } from './config.ts';
import type { Context } from './context.ts';
import { createBerthDoor } from './http/berth-door.ts';
import { createHttpApp } from './http/http-app.ts';
import { HttpListener } from './http/http-listener.ts';
import { Places } from './http/places.ts';
import { createRequestMeter } from './http/request-metrics.ts';
import { FallbackTokenBuckets } from './limits/fallback-buckets.ts';
import { LoginLimit } from './limits/login-limit.ts';
import { MemoryTokenBuckets } from './limits/memory-buckets.ts';
import { RedisTokenBuckets } from './limits/redis-buckets.ts';
import { RequestLimit } from './limits/request-limit.ts';
import { TaskQueue } from './limits/task-queue.ts';
import { isMysqlAway } from './mysql-call.ts';
import { Readiness } from './readiness.ts';
import { berthsRoute } from './routes.ts';
import { MysqlRevocationStore } from './sessions/revocation-store.ts';
import { Revocations } from './sessions/revocations.ts';
import { RedisSessionCache } from './sessions/session-cache.ts';
import { SessionCheck } from './sessions/session-check.ts';
import { SessionPruner } from './sessions/session-pruner.ts';
import { MysqlSessionStore } from './sessions/session-store.ts';
import { GrpcStatus } from './status-client.ts';
import { GrpcVerify } from './verify-client.ts';
import { AssetKeeper } from './web/asset-keeper.ts';
import { MysqlAssetStore } from './web/asset-store.ts';
import { SharedAssets } from './web/shared-assets.ts';

export interface Gate extends App {
  /** The ports bound, known once started. */
  readonly ports: { http: number; ops: number };
}

/** Accounts, sessions and berths over HTTP, and the web client. */
export function createGate(
  config: GateConfig,
  {
    log,
    metrics = new Metrics('gate'),
    tracing = noTracing,
  }: { log: Log; metrics?: Metrics; tracing?: Tracing },
): Gate {
  const closers = new Closers();
  closers.add('tracing', () => tracing.close());
  const ports = { http: 0, ops: 0 };
  const db = new Mysql({ ...config.mysql, poolSize: 10, maxWaiting: 500 });
  closers.add('mysql', () => db.close());
  const redis = createRedis(config.redis.url, { tlsCaFile: config.redis.tlsCaFile });
  closers.add('redis', () => redis.disconnect());
  const circuits = {
    mysql: new Circuit('MySQL', { failures: 3, isFailure: isMysqlAway }),
    redis: new Circuit('Redis', { failures: 2 }),
  };

  const callFailures = metrics.counter('gate_calls_failed_total', 'Calls to other services that failed', [
    'service',
    'method',
    'code',
  ]);
  const failed = (service: string) => (method: string, error: { code: string }) =>
    callFailures.inc({ service, method, code: error.code });
  const verify = new GrpcVerify(config.verifyAddress, config.grpcTls, failed('verify'), tracing);
  closers.add('verify', () => verify.close());
  const status = new GrpcStatus(config.statusAddress, config.grpcTls, failed('status'), tracing);
  closers.add('status', () => status.close());

  const hashSeconds = metrics.histogram('gate_hash_seconds', 'Time of a password hash, without waiting');
  const hasher = new Argon2Hasher({ ...config.hashing, onHash: (seconds) => hashSeconds.observe(seconds) });
  const users = new MysqlUserStore(db, circuits.mysql);
  const sessions = new MysqlSessionStore(db, circuits.mysql);
  const cache = new RedisSessionCache(redis, circuits.redis);
  const sessionKeys = readSessionKeys(config, log);
  closers.add('session keys', () => sessionKeys.close());
  const localBuckets = new MemoryTokenBuckets();
  const buckets = new FallbackTokenBuckets(new RedisTokenBuckets(redis, circuits.redis), localBuckets);
  const lookUps = new TaskQueue({ concurrency: 8, queue: 1_000, maxWaitMs: 3_000 });
  const attempts = metrics.counter(
    'gate_revocation_attempts_total',
    'Hand-overs of revocations to status, by outcome',
    ['outcome'],
  );
  const revocations = new Revocations({
    store: new MysqlRevocationStore(db, circuits.mysql),
    cache,
    send: (revocation) => status.revoke(revocation),
    log,
    onAttempt: (outcome) => attempts.inc({ outcome }),
  });
  const pruner = new SessionPruner(sessions, log);
  const wordRepairer = new WordRepairer((limit) => users.repairWords(limit), log);
  const context: Context = {
    config,
    log,
    tracing,
    users,
    invites: new MysqlInviteStore(db, circuits.mysql),
    groupLinks: new MysqlGroupLinkStore(db, circuits.mysql),
    sessions,
    sessionCache: cache,
    sessionKeys,
    hasher,
    revocations,
    verify,
    status,
    passwordRules: new PasswordRules(),
    sessionCheck: new SessionCheck({
      keys: sessionKeys,
      cache,
      store: sessions,
      localBuckets,
      lookUps,
      log,
    }),
    requestLimit: new RequestLimit(buckets, config.limits.requests),
    loginLimit: new LoginLimit({
      redis,
      circuit: circuits.redis,
      buckets,
      perMinute: config.limits.loginsPerAccountMinute,
    }),
  };
  metrics.gauge('gate_hashes_running', 'Password hashes at this moment', [], () => hasher.running);
  metrics.gauge('gate_hashes_waiting', 'Password hashes that wait', [], () => hasher.waiting);
  metrics.gauge(
    'gate_revocations_pending',
    'Revocations that chat nodes are still to be told',
    [],
    () => revocations.backlog.count,
  );
  metrics.gauge(
    'gate_revocations_oldest_seconds',
    'Age of the oldest of them',
    [],
    () => revocations.backlog.oldestMs / 1_000,
  );
  metrics.gauge('gate_mysql_up', 'Whether MySQL answers', [], () => (circuits.mysql.isOpen ? 0 : 1));
  metrics.gauge('gate_redis_up', 'Whether Redis answers', [], () => (circuits.redis.isOpen ? 0 : 1));

  const assetStore = new MysqlAssetStore(db, circuits.mysql);
  const assets = config.webRoot === undefined ? undefined : new AssetKeeper(config.webRoot, assetStore, log);
  const shared = new SharedAssets(assetStore);
  const readiness = new Readiness({ db, redis, verify, status, assets, log });
  const places = new Places();
  const measure = createRequestMeter(metrics);
  const app = createHttpApp(context, measure, shared, places);
  const door = createBerthDoor({ context, app, route: berthsRoute, places, measure });
  const listener = new HttpListener(door, { places });
  metrics.gauges('gate_kept', 'what clients make the process keep', 'what', () => ({
    requests: listener.inFlight,
    session_look_ups: lookUps.waiting,
    log_ins_held: context.loginLimit.held,
    local_buckets: localBuckets.size,
  }));
  const ops = new OpsServer({ ...config.ops, metrics, look: () => readiness.look() });
  return {
    ports,
    async start() {
      await lowerHashThreads();
      await ops.start();
      closers.add('ops', () => ops.close());
      ports.ops = ops.port;
      await listener.listen(config.http.host, config.http.port);
      closers.add('http', () => listener.close());
      ports.http = listener.port;
      closers.add('readiness', () => readiness.close());
      revocations.start();
      closers.add('revocations', () => revocations.close());
      assets?.start();
      closers.add('assets', () => assets?.close());
      pruner.start();
      closers.add('pruner', () => pruner.close());
      wordRepairer.start();
      closers.add('word repairer', () => wordRepairer.close());
      log.info({ host: config.http.host, port: ports.http, opsPort: ports.ops }, 'gate is up');
    },
    close: () => closers.close(),
  };
}

function readSessionKeys({ sessionKeys }: GateConfig, log: Log): SessionKeys {
  if ('content' in sessionKeys) return new SessionKeys(sessionKeys.content);
  return SessionKeys.watch(sessionKeys.file, {
    onError: (err) => log.error({ err }, 'the changed session keys cannot be used; the old ones stay'),
  });
}
