import { NodeState as nodeStates, StatusServiceClient } from '@berth/contracts/status';
import { channelCredentials, RenewingClient, targetOf } from '@berth/grpc';
import { type App, Closers } from '@berth/lifecycle';
import { Mysql } from '@berth/mysql';
import { hostPort } from '@berth/network';
import { createRedis } from '@berth/redis';
import { type Log, Metrics, noTracing, OpsServer, type Tracing } from '@berth/telemetry';
import { BerthError } from '@berth/wire';
import type { ChatConfig } from './config.ts';
import type { Context } from './context.ts';
import type { LiveEnds } from './conversations/live-ends.ts';
import { createDoors } from './doors.ts';
import { createFleetSide } from './fleet-side.ts';
import { announcePicture } from './handlers/announce-picture.ts';
import { submitSend } from './handlers/send.ts';
import { bindHandlers } from './handlers.ts';
import { LlfcchatDialect } from './llfcchat/llfcchat-dialect.ts';
import type { Publisher } from './log/publisher.ts';
import { createLiveMetrics } from './metrics.ts';
import { RedisAccountBudgets } from './rates/account-budgets.ts';
import { PartialResumes } from './rates/partial-resumes.ts';
import { RedisSearchBudget } from './rates/search-budget.ts';
import { SendTurns } from './rates/send-turns.ts';
import { TypingRates } from './rates/typing-rates.ts';
import { UserTurns } from './rates/user-turns.ts';
import { createReadiness } from './readiness.ts';
import { Isolation } from './registration/isolation.ts';
import { findEndedSessions } from './registration/mysql-session-audit.ts';
import { PlacesElsewhere } from './registration/places-elsewhere.ts';
import { RegisteredNode } from './registration/registered-node.ts';
import { Registration } from './registration/registration.ts';
import { SessionAudit } from './registration/session-audit.ts';
import { createSettling } from './registration/settling.ts';
import { successorsOf } from './registration/successors.ts';
import { BerthDialect } from './session/berth-dialect.ts';
import { Drain, type DrainPlan, type Elsewhere, movesWithinMs } from './session/drain.ts';
import type { LiveSession } from './session/live-session.ts';
import { LogIn } from './session/log-in.ts';
import { Reception } from './session/reception.ts';
import { ScheduledSender } from './session/scheduled-sender.ts';
import { TicketDesk } from './session/ticket-desk.ts';
import { createStores } from './stored-side.ts';

/** The sessions of a node that is cut off from everything leave within this, a little apart. */
const isolatedLeaveMs = 1_000;

export interface Chat extends App {
  /** The ports bound, known once started. */
  readonly ports: { tcp: number; webSocket: number; peer: number; ops: number };
  /** Log-ins are possible: the registry has given this node its key and taken a report of its load. */
  readonly isReady: boolean;
  /** Sends every session away and stays listed, until `close`. */
  drain(): Promise<void>;
}

/** A chat node: long connections, and everything that a session does. */
export function createChat(
  config: ChatConfig,
  {
    log,
    metrics = new Metrics('chat'),
    tracing = noTracing,
  }: { log: Log; metrics?: Metrics; tracing?: Tracing },
): Chat {
  const closers = new Closers();
  closers.add('tracing', () => tracing.close());
  const ports = { tcp: 0, webSocket: 0, peer: 0, ops: 0 };
  const observe = createLiveMetrics(metrics);
  const node = new RegisteredNode(config.node);

  // Nobody holds a lock for long; a statement that waits longer is refused and tried again.
  const mysql = new Mysql({
    ...config.mysql,
    session: { innodb_lock_wait_timeout: 3 },
    exchanges: true,
  });
  const redis = createRedis(config.redis.url, { tlsCaFile: config.redis.tlsCaFile });
  const status = new RenewingClient({
    create: StatusServiceClient,
    target: targetOf(config.statusAddress),
    credentials: channelCredentials(config.grpcTls),
  });

  // The stored side publishes, and the publisher reads from the stored side.
  const publisher: Publisher = {
    deliver: (run) => side.publisher.deliver(run),
    notify: (users, frame, except) => side.publisher.notify(users, frame, except),
    broadcast: (conversation, version, frame, except) =>
      side.publisher.broadcast(conversation, version, frame, except),
    membershipChanged: (change) => side.publisher.membershipChanged(change),
  };
  const ends: LiveEnds = {
    lastAt: (conversation) => side.ends.lastAt(conversation),
    heard: (conversation) => side.ends.heard(conversation),
    reading: (conversations) => side.ends.reading(conversations),
    ofLogIn: (session) => side.ends.ofLogIn(session),
  };
  const stores = createStores({ config, mysql, publisher, log, metrics, ends, tracing });
  const queries = stores.live;

  const side = createFleetSide({
    config,
    identity: node,
    queries,
    heads: stores.heads,
    redis,
    observe,
    log,
    tracing,
  });
  const { fleet, index, links, routes, interests, presence, online } = side;

  const partialResumes = new PartialResumes();
  metrics.gauge(
    'chat_partial_resume_marks',
    'marks of resumes that are not answered',
    [],
    () => partialResumes.size,
  );
  const resumeTurns = new UserTurns();
  const desk = new TicketDesk(node);
  const logIn = new LogIn({
    desk,
    index,
    queries,
    ends: side.ends,
    capacity: config.capacity,
    devicesPerClass: config.devicesPerClass,
    helloRate: config.helloRate,
    nowMs: () => performance.now(),
    fileLines: stores.fileLines,
    witness: {
      claim: (session) => routes.claim(session),
      release: (session) => {
        partialResumes.forget(session);
        return routes.release(session);
      },
      settled: () => interests.settled(),
      userArrived: (user, hasMoved) => presence.arrived(user, hasMoved),
      userLeft: (user) => presence.left(user),
      reservationUsed: (reservation) => registration.reservationUsed(reservation),
      countMoved: (count) => registration.countMoved(count),
    },
  });
  const budgets = new RedisAccountBudgets(redis, config.budgets);
  const searchBudget = new RedisSearchBudget({ redis, ...config.searches });
  metrics.gauges(
    'chat_kept',
    'what clients make the node keep: entries, or bytes where it says so',
    'what',
    () => ({
      ...stores.kept(),
      ...side.kept(),
      tickets: desk.size,
      search_budgets: searchBudget.size,
      account_budgets: budgets.size,
      resumes: resumeTurns.waiting,
      old_clients: oldDialect.waiting,
    }),
  );
  const context: Context = {
    config,
    log,
    metrics,
    tracing,
    mysql,
    redis,
    publisher,
    online,
    stores,
    sendTurns: new SendTurns(),
    actTurns: new SendTurns(),
    typingRates: new TypingRates(),
    searchBudget,
    budgets,
    partialResumes,
    resumeTurns,
  };
  const scheduledSender = new ScheduledSender({ context });
  const handlers = bindHandlers(context);
  const berthDialect = new BerthDialect({
    logIn,
    handlers,
    submitSend: (session, body, waiter, trace) => submitSend(context, session, body, waiter, trace),
    welcome: (session) => ({
      user: session.profile,
      session: session.id,
      node: config.node,
      now: Date.now(),
      heartbeatMs: config.heartbeatMs,
      deadMs: config.deadMs,
      maxDeliverBytes: config.maxDeliverBytes,
      editMs: config.messageChanges.editMs,
      recallMs: config.messageChanges.recallMs,
      versions: config.messageChanges.keepsVersions,
    }),
    ...{ log, tracing },
    onUsed: (session) => routes.used(session),
    onRequest: observe.requested,
    onLogIn: observe.loggedIn,
  });
  const oldDialect = new LlfcchatDialect({
    ...{ logIn, handlers, log, tracing },
    marks: stores.oldClientMarks,
    ids: stores.oldMessageIds,
    uploads: stores.oldUploads,
    pictures: {
      ...{ lines: stores.fileLines, files: stores.oldFiles },
      announce: (picture) => announcePicture(context, picture),
    },
    spacingMs: config.oldClientSpacingMs,
  });
  const reception = new Reception([oldDialect, berthDialect]);

  const doors = createDoors(config, { reception, observe, log });

  const places = new PlacesElsewhere(status);
  let onTheirWay = 0;
  const onLeaving = (change: number) => {
    onTheirWay += change;
    registration.leavingMoved();
  };
  let draining: Drain | undefined;
  let leaving: Drain | undefined;
  const drain = async (plan: DrainPlan): Promise<void> => {
    draining?.stop();
    const place = (session: LiveSession, elsewhere: Elsewhere) =>
      places.place(session, { ...elsewhere, avoid: [config.node, ...elsewhere.avoid] });
    draining = new Drain({ index, log, place, onDeparture: observe.departed, onLeaving });
    if (plan.sessions === undefined) registration.state = nodeStates.NODE_STATE_DRAINING;
    await draining.run(plan);
  };
  const windowMs = config.drainMs;
  /** Whatever is ordered then comes too late: it would only stop the way of the sessions to their next berths. */
  let isEnding = false;
  const drainForGood = () => {
    isEnding = true;
    const successors = successorsOf(fleet, node.nowMs());
    const beside = () => fleet.draining;
    return drain({ windowMs, perSecond: 0, reason: 'drain', isFinal: true, successors, beside });
  };
  const audit = new SessionAudit({
    findEnded: () => findEndedSessions(mysql, [...index.sessions()]),
    onAudited: observe.audited,
    log,
    intervalMs: config.sessionAuditMs,
  });
  const registration: Registration = new Registration({
    client: status,
    node,
    fleet,
    log,
    describe: () => {
      const { clientHost, clientPort, clientUrl, peerAddress } = config.advertised;
      return {
        peerAddress: peerAddress ?? hostPort(clientHost, ports.peer),
        clientHost,
        clientPort: clientPort ?? ports.tcp,
        clientUrl: clientUrl ?? `ws://${hostPort(clientHost, ports.webSocket)}/n/${config.node}`,
        capacity: config.capacity,
        helloRate: config.helloRate,
        zone: config.zone,
        version: config.version,
      };
    },
    connections: () => logIn.reportedCount,
    leaving: () => onTheirWay,
    onRevoked: ({ userId, sessionIds, generation }) => {
      desk.revoke(userId, sessionIds, generation);
      for (const session of [...index.sessionsOf(userId)])
        if (desk.isRevoked({ ...session, session: session.id })) session.close('sessionEnded');
    },
    onCommand: (command) => {
      if (command.$case === 'rate') observe.admitted(command.value);
      else if (isEnding) log.info({ command }, 'an order that comes too late');
      else if (command.$case === 'cordon') {
        draining?.stop();
        registration.state = command.value ? nodeStates.NODE_STATE_CORDONED : nodeStates.NODE_STATE_READY;
      } else if (command.$case === 'drain') {
        const { rate: perSecond, reason: why, sessions, avoid } = command.value;
        if (sessions > 0 && registration.state === nodeStates.NODE_STATE_DRAINING) return;
        const reason = why === 'rebalance' ? 'rebalance' : 'drain';
        void drain({ windowMs, perSecond, reason, isFinal: false, ...(sessions > 0 && { sessions, avoid }) });
      }
    },
    onReturned: () => audit.soon(),
    onSuperseded: () => {
      log.error('another process has taken this name: sending sessions away');
      void drainForGood();
    },
  });

  const isolation = new Isolation({
    log,
    isRegistryAway: () => !registration.isPlaceable,
    isRedisAway: () => routes.isAway,
    askMysql: () => mysql.rows('SELECT 1'),
    peers: () => [...fleet.nodes()].map(({ peerAddress }) => peerAddress),
    // Nobody can say where to: gate will, once it is asked from there.
    onIsolated: () => {
      const place = () => Promise.reject(new BerthError('unavailable'));
      leaving = new Drain({ index, log, place, onDeparture: observe.departed });
      const plan = { windowMs: isolatedLeaveMs, perSecond: 0, reason: 'rebalance', isFinal: true } as const;
      void leaving.run(plan);
    },
    onBack: () => leaving?.stop(),
  });

  const isReady = () => registration.isPlaceable && registration.state === nodeStates.NODE_STATE_READY;
  const ops = new OpsServer({
    ...config.ops,
    metrics,
    ready: {
      ...createReadiness({
        ...{ mysql, redis, isReady },
        isSettling: createSettling({ fleet, node, settleMs: movesWithinMs(config.drainMs) }),
      }),
      messages: () => stores.messageWriter.trouble,
    },
  });
  observe.watch({ connections: doors.connections, index, links, routes });

  return {
    ports,
    get isReady() {
      return isReady();
    },
    async start() {
      closers.add('redis', () => redis.disconnect());
      closers.add('mysql', () => mysql.close());
      closers.add('status', () => status.close());
      closers.add('ops', () => ops.close());
      await ops.start();
      ports.ops = ops.port;
      closers.add('peer server', () => side.peerServer.close());
      await side.peerServer.start();
      ports.peer = side.peerServer.port;
      // Last of all but the doors of others, who reach this node until nothing is left to say.
      closers.add('registration', () => registration.close());
      closers.add('fleet side', () => side.close());
      closers.add('connections', () => doors.connections.close());
      // Commits in flight are answered before their connections are cut.
      closers.add('stores', () => stores.close());
      closers.add('doors', () => doors.shut());
      Object.assign(ports, await doors.open());
      side.start();
      registration.start();
      closers.add('isolation', async () => isolation.close());
      isolation.start();
      scheduledSender.start();
      closers.add('scheduled sender', () => scheduledSender.close());
      audit.start();
      closers.add('audit', () => audit.close());
      closers.add('sessions', () => drainForGood());
      if (!config.grpcTls)
        log.warn('GRPC_TLS is off: whoever reaches this service is taken for one of the others');
      log.info(ports, 'chat is up');
    },
    drain: drainForGood,
    close: () => closers.close(),
  };
}
