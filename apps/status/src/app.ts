import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { bindServer, closeServer, createServerOptions, serverCredentials, traced, unary } from '@berth/grpc';
import { type App, Closers } from '@berth/lifecycle';
import { Mysql } from '@berth/mysql';
import { createRedis } from '@berth/redis';
import { type Log, Metrics, noTracing, OpsServer, type Tracing } from '@berth/telemetry';
import { toBerthError } from '@berth/wire';
import { Server } from '@grpc/grpc-js';
import type { StatusConfig } from './config.ts';
import { place } from './handlers/place.ts';
import { placeMany } from './handlers/place-many.ts';
import { createReportHandler } from './handlers/report.ts';
import { revoke } from './handlers/revoke.ts';
import { createStatusMetrics, type StatusMetrics } from './metrics.ts';
import { MysqlOperatorTokens } from './operators/mysql-operator-tokens.ts';
import { operatorRoutes } from './operators/operator-routes.ts';
import { Operators } from './operators/operators.ts';
import { PlacementQueue } from './placement/placement-queue.ts';
import { Placer } from './placement/placer.ts';
import { strategies } from './placement/strategies/strategies.ts';
import type { FleetEvents } from './planner/fleet-events.ts';
import { HttpScaler } from './planner/http-scaler.ts';
import { KubernetesApi } from './planner/kubernetes-api.ts';
import { KubernetesEvents } from './planner/kubernetes-events.ts';
import { KubernetesLease } from './planner/kubernetes-lease.ts';
import { KubernetesScaler } from './planner/kubernetes-scaler.ts';
import { Leadership } from './planner/leadership.ts';
import { ScalingLoop } from './planner/scaling-loop.ts';
import { FleetHistory } from './registry/fleet-history.ts';
import { FleetView } from './registry/fleet-view.ts';
import { RedisRegistry } from './registry/redis-registry.ts';
import { NodeStreams } from './streams/node-streams.ts';
import { statusServiceDefinition } from './streams/status-service.ts';

// For benchmarks, which measure placement without the doors.
export { PlacementQueue, RedisRegistry };

export interface Status extends App {
  /** The ports bound, known once started. */
  readonly ports: { grpc: number; ops: number };
}

/** The registry of chat nodes, and placement. Any number of replicas share it through Redis. */
export function createStatus(
  config: StatusConfig,
  {
    log,
    metrics = new Metrics('status'),
    tracing = noTracing,
  }: { log: Log; metrics?: Metrics; tracing?: Tracing },
): Status {
  const closers = new Closers();
  closers.add('tracing', () => tracing.close());
  const ports = { grpc: 0, ops: 0 };
  const { rules, ticketSecret } = config;
  const strategy = strategies[config.strategy];

  const redis = createRedis(config.redis.url, { tlsCaFile: config.redis.tlsCaFile });
  closers.add('redis', () => redis.disconnect());
  const registry = new RedisRegistry(redis, rules);
  const view = new FleetView({ registry, log });
  const history = new FleetHistory({ look: () => view.snapshot });
  const streams = new NodeStreams(view);
  const statusMetrics = createStatusMetrics(metrics, view, streams);
  const queue = new PlacementQueue({ registry, order: strategy.order });
  metrics.gauge(
    'status_placements_waiting',
    'Placements that wait for the registry.',
    [],
    () => queue.waiting,
  );
  const placer = new Placer({ queue, view, strategy, rules, ticketSecret });

  const refused = (method: string) => (thrown: unknown) => {
    const err = toBerthError(thrown);
    if (err.code === 'internal') log.error({ err, method }, 'a call failed');
    else log.debug({ err, method }, 'a call was refused');
  };
  const handle = <Request, Response>(method: string, handler: (request: Request) => Promise<Response>) =>
    unary<Request, Response>(traced(tracing, method, handler), refused(method));
  const server = new Server(createServerOptions());
  server.addService(statusServiceDefinition, {
    report: createReportHandler({ registry, view, streams, ticketSecret, metrics: statusMetrics, log }),
    place: handle('place', (request) => place({ placer, metrics: statusMetrics }, request)),
    placeMany: handle('placeMany', (request) =>
      placeMany({ placer, metrics: statusMetrics, onRefused: refused('placeMany') }, request),
    ),
    revoke: handle('revoke', (request) => revoke({ registry, streams, metrics: statusMetrics }, request)),
  });
  const { scaler } = config;
  const kubernetes = scaler?.kind === 'kubernetes' ? new KubernetesApi(scaler) : undefined;
  // As controllers do, so that the Lease tells which pod leads.
  const replica = `${hostname()}_${randomUUID()}`;
  const lease =
    kubernetes && scaler?.kind === 'kubernetes'
      ? new KubernetesLease({
          ...{ api: kubernetes, namespace: scaler.namespace, holder: replica },
          name: `${scaler.deployment}-planner`,
        })
      : undefined;
  const events: FleetEvents =
    kubernetes && scaler?.kind === 'kubernetes'
      ? createEvents({ ...scaler, api: kubernetes, log }, closers, metrics)
      : { record: () => {} };
  const leadership = new Leadership(redis, replica, 10_000, lease);
  const tokens = openTokens(config, closers);
  const ops = new OpsServer({
    ...config.ops,
    metrics,
    // Without Redis it still places on its last good view.
    ready: { view: () => (view.snapshot ? undefined : 'the registry was never read') },
    routes: operatorRoutes({
      operators: new Operators({ rootToken: config.operatorToken, tokens, log }),
      ...{ tokens, events, history, strategy, rules, metrics: statusMetrics },
      readFleet: () => registry.fleet(),
      readPlans: scaler && (() => leadership.read()),
      policy: scaler?.policy,
      order: registry.order.bind(registry),
      move: registry.move.bind(registry),
    }),
  });

  const scaling = createScaling(config, {
    kubernetes,
    leadership,
    registry,
    log,
    events,
    metrics: statusMetrics,
  });

  return {
    ports,
    async start() {
      await view.start();
      closers.add('view', () => view.close());
      history.start();
      closers.add('history', () => history.close());
      ports.grpc = await bindServer(
        server,
        config.grpc.host,
        config.grpc.port,
        serverCredentials(config.grpcTls),
      );
      closers.add('grpc', () => closeServer(server));
      closers.add('streams', () => streams.close());
      await ops.start();
      closers.add('ops', () => ops.close());
      ports.ops = ops.port;
      scaling?.start();
      closers.add('scaling', () => scaling?.close());
      if (!config.grpcTls)
        log.warn('GRPC_TLS is off: whoever reaches this service is taken for one of the others');
      log.info(ports, 'status is up');
    },
    close: () => closers.close(),
  };
}

/** Few connections: nobody but operators has anything looked up there, and they are not to wait for long. */
function openTokens({ mysql }: StatusConfig, closers: Closers): MysqlOperatorTokens | undefined {
  if (!mysql) return undefined;
  const db = new Mysql({
    ...mysql,
    ...{ poolSize: 2, maxWaiting: 100, connectTimeoutMs: 2_000, queryTimeoutMs: 3_000 },
  });
  closers.add('mysql', () => db.close());
  return new MysqlOperatorTokens(db);
}

function createEvents(
  { api, namespace, deployment, log }: Omit<ConstructorParameters<typeof KubernetesEvents>[0], 'instance'>,
  closers: Closers,
  metrics: Metrics,
): KubernetesEvents {
  const events = new KubernetesEvents({ api, namespace, deployment, log, instance: hostname() });
  closers.add('events', () => events.close());
  metrics.gauge(
    'berth_fleet_events_dropped',
    'Events of the cluster that this replica could not write, since its start.',
    [],
    () => events.dropped,
  );
  return events;
}

function createScaling(
  { scaler }: StatusConfig,
  parts: {
    kubernetes: KubernetesApi | undefined;
    leadership: Leadership;
    registry: RedisRegistry;
    log: Log;
    events: FleetEvents;
    metrics: StatusMetrics;
  },
): ScalingLoop | undefined {
  if (!scaler) return undefined;
  const { kubernetes, leadership, registry, log, events, metrics } = parts;
  return new ScalingLoop({
    registry,
    leadership,
    scaler:
      scaler.kind === 'http' ? new HttpScaler(scaler) : new KubernetesScaler({ ...scaler, api: kubernetes! }),
    policy: scaler.policy,
    ...{ log, events, replica: hostname() },
    onPlan(outcome, plan) {
      metrics.plans.inc({ outcome });
      if (plan) metrics.planned(plan);
    },
    onFollow: metrics.unplanned,
  });
}
