import { NodeState as nodeStates, StatusServiceClient } from '@berth/contracts/status';
import { channelCredentials, createChannelOptions, targetOf } from '@berth/grpc';
import { type App, Closers } from '@berth/lifecycle';
import { Mysql } from '@berth/mysql';
import { createRedis } from '@berth/redis';
import { type Log, Metrics, OpsServer } from '@berth/telemetry';
import type { ChatConfig } from './config.ts';
import { Connections } from './connection/connections.ts';
import { Listener } from './connection/listener.ts';
import { TcpConnection } from './connection/tcp-connection.ts';
import { WebSocketUpgrade } from './connection/web-socket-upgrade.ts';
import type { Context } from './context.ts';
import { bindHandlers } from './handlers.ts';
import { LlfcchatDialect } from './llfcchat/llfcchat-dialect.ts';
import { createLiveMetrics } from './metrics.ts';
import { Fleet } from './peers/fleet.ts';
import { encodeEntry } from './peers/peer-codec.ts';
import { PeerInbox } from './peers/peer-inbox.ts';
import { PeerLinks } from './peers/peer-links.ts';
import { PeerServer } from './peers/peer-server.ts';
import { Presence } from './presence/presence.ts';
import { RouteOnline } from './presence/route-online.ts';
import { createReadiness } from './readiness.ts';
import { findEndedSessions } from './registration/mysql-session-audit.ts';
import { placeElsewhere } from './registration/place-elsewhere.ts';
import { RegisteredNode } from './registration/registered-node.ts';
import { Registration } from './registration/registration.ts';
import { FleetPublisher } from './routing/fleet-publisher.ts';
import { InterestSets } from './routing/interest-sets.ts';
import { LocalDelivery } from './routing/local-delivery.ts';
import { MembershipSync } from './routing/membership-sync.ts';
import type { Publisher } from './routing/publisher.ts';
import { RedisRouteStore } from './routing/redis-route-store.ts';
import { RouteKeeper } from './routing/route-keeper.ts';
import { TailRepair } from './routing/tail-repair.ts';
import { BerthDialect } from './session/berth-dialect.ts';
import { Drain, type DrainPlan } from './session/drain.ts';
import { LogIn } from './session/log-in.ts';
import { Reception } from './session/reception.ts';
import { SessionIndex } from './session/session-index.ts';
import { TicketDesk } from './session/ticket-desk.ts';
import { TypingRates } from './session/typing-rates.ts';
import { createStores } from './stores.ts';

export interface Chat extends App {
  /** The ports bound, known once started. */
  readonly ports: { tcp: number; webSocket: number; peer: number; ops: number };
  /** Log-ins are possible: the registry has given this node its key. */
  readonly isReady: boolean;
  /** Sends every session away and stays listed, until `close`. */
  drain(): Promise<void>;
}

/** Requests of one connection that may wait for answers before it is no longer read. */
const maxInFlight = 128;
/** Connections beyond the capacity: strangers, and those that are closing. */
const spareConnections = 2_000;

/** A chat node: long connections, and everything that a session does. */
export function createChat(
  config: ChatConfig,
  { log, metrics = new Metrics('chat') }: { log: Log; metrics?: Metrics },
): Chat {
  const closers = new Closers();
  const ports = { tcp: 0, webSocket: 0, peer: 0, ops: 0 };
  const observe = createLiveMetrics(metrics);
  const node = new RegisteredNode(config.node);
  const fleet = new Fleet(config.node);

  // Nobody holds a lock for long; a statement that waits longer is refused and tried again.
  const mysql = new Mysql({ ...config.mysql, session: { innodb_lock_wait_timeout: 3 } });
  const redis = createRedis(config.redis.url, { tlsCaFile: config.redis.tlsCaFile });
  const status = new StatusServiceClient(
    targetOf(config.statusAddress),
    channelCredentials(config.grpcTls),
    createChannelOptions(),
  );

  // The stored side publishes, and the publisher reads from the stored side.
  const publisher: Publisher = {
    deliver: (message) => fleetPublisher.deliver(message),
    notify: (users, frame, except) => fleetPublisher.notify(users, frame, except),
    broadcast: (conversation, version, frame, except) =>
      fleetPublisher.broadcast(conversation, version, frame, except),
    membershipChanged: (conversation, version, users) =>
      fleetPublisher.membershipChanged(conversation, version, users),
  };
  const stores = createStores({ config, mysql, publisher, log, metrics });
  const queries = stores.live;

  const store = new RedisRouteStore(redis);
  const index = new SessionIndex((conversation, isInterested) =>
    interests.changed(conversation, isInterested),
  );
  const routes: RouteKeeper = new RouteKeeper({
    store,
    index,
    identity: node,
    log,
    tellPrevious: ({ node: owner, bootEpoch, session, epoch, deviceClass }, winner) => {
      const moved = session === winner.id;
      const value = { user: winner.user, deviceClass, session, epoch, moved, toNode: config.node };
      links.send(owner, bootEpoch, encodeEntry({ $case: 'kick', value }));
    },
    onRebuilt: () => {
      interests.declareAll();
      repair.requestAll();
    },
  });
  const onRedisFailure = (error: unknown) => routes.lost(error);
  const isRedisAway = () => routes.isAway;
  const interests = new InterestSets({
    redis,
    identity: node,
    index,
    // Declared before anyone asks: senders begin to ask a little later.
    isNeeded: () => fleet.size >= 0.75 * config.broadcastNodes,
    onFailure: onRedisFailure,
  });

  const memberships = new MembershipSync({
    index,
    queries,
    log,
    onJoined: (conversation) => repair.request(conversation),
  });
  const catchUp = (conversation: number, version: number) => memberships.catchUp(conversation, version);
  const local = new LocalDelivery({
    index,
    catchUp,
    onLost: (conversation) => repair.request(conversation),
    onGap: (conversation) => repair.watchGap(conversation),
  });
  const repair: TailRepair = new TailRepair({
    index,
    queries,
    delivery: local,
    log,
    catchUp,
    claimAgain: () => routes.claimAll(),
    isInDoubt: () => fleet.size < config.broadcastNodes && links.disconnected > 0,
    onRepaired: observe.repaired,
  });
  const links: PeerLinks = new PeerLinks({
    identity: node,
    fleet,
    tls: config.grpcTls,
    log,
    meshNodes: config.broadcastNodes,
    onBatch: (batch) => inbox.take(batch),
    onDoubt: () => repair.requestAll(),
  });
  fleet.listen({ onJoined: () => interests.fleetChanged(), onLeft: () => interests.fleetChanged() });
  const fleetPublisher = new FleetPublisher({
    local,
    memberships,
    links,
    fleet,
    store,
    interests,
    broadcastNodes: config.broadcastNodes,
    isRedisAway,
    onRedisFailure,
  });
  const online = new RouteOnline({ index, store, fleet, isRedisAway, onRedisFailure });
  const presence = new Presence({
    index,
    queries,
    links,
    fleet,
    store,
    online,
    log,
    broadcastNodes: config.broadcastNodes,
    ...config.presence,
  });
  const inbox = new PeerInbox({
    index,
    local,
    memberships,
    repair,
    onPresence: (changes) => presence.heard(changes),
  });
  const peerServer = new PeerServer({
    ...config.peer,
    tls: config.grpcTls,
    onStream: (call) => links.accept(call),
  });

  const desk = new TicketDesk(node);
  const logIn = new LogIn({
    desk,
    index,
    queries,
    capacity: config.capacity,
    helloRate: config.helloRate,
    nowMs: () => performance.now(),
    witness: {
      claim: (session) => routes.claim(session),
      release: (session) => routes.release(session),
      settled: () => interests.settled(),
      userArrived: (user) => presence.arrived(user),
      userLeft: (user) => presence.left(user),
      reservationUsed: (reservation) => registration.reservationUsed(reservation),
      countMoved: (count) => registration.countMoved(count),
    },
  });
  const context: Context = {
    config,
    log,
    metrics,
    mysql,
    redis,
    publisher,
    online,
    stores,
    typingRates: new TypingRates(),
    partialResumes: new WeakMap(),
  };
  const handlers = bindHandlers(context);
  const berthDialect = new BerthDialect({
    logIn,
    handlers,
    welcome: (session) => ({
      user: session.profile,
      session: session.id,
      node: config.node,
      now: Date.now(),
      heartbeatMs: config.heartbeatMs,
      deadMs: config.deadMs,
      maxDeliverBytes: config.maxDeliverBytes,
    }),
    log,
    onRequest: observe.requested,
    onLogIn: observe.loggedIn,
  });
  const reception = new Reception([new LlfcchatDialect({ logIn, handlers, log }), berthDialect]);

  const connections = new Connections({
    ...config,
    maxInFlight,
    maxConnections: config.capacity + spareConnections,
    onClose: observe.closed,
    onFault: (error) => log.error({ err: error }, 'a frame was not handled'),
  });
  const listening = { proxyProtocol: config.proxyProtocol, headerTimeoutMs: config.firstFrameTimeoutMs };
  const tcp = new Listener({
    ...config.tcp,
    ...listening,
    onSocket: (socket) => {
      if (connections.isFull) socket.destroy();
      else new TcpConnection(socket, connections, reception);
    },
  });
  const upgrade = new WebSocketUpgrade({
    connections,
    allowedOrigins: config.webSocket.allowedOrigins,
    headerTimeoutMs: config.firstFrameTimeoutMs,
    reception,
  });
  const webSocket = new Listener({
    ...config.webSocket,
    ...listening,
    onSocket: (socket) => upgrade.take(socket),
  });

  let draining: Drain | undefined;
  const drain = async (plan: DrainPlan): Promise<void> => {
    draining?.stop();
    draining = new Drain({ index, log, place: (session) => placeElsewhere(status, session, config.node) });
    registration.state = nodeStates.NODE_STATE_DRAINING;
    await draining.run(plan);
  };
  const drainForGood = () => drain({ windowMs: config.drainMs, perSecond: 0, reason: 'drain' });
  const registration: Registration = new Registration({
    client: status,
    node,
    fleet,
    log,
    describe: () => {
      const { clientHost, clientPort, clientUrl, peerAddress } = config.advertised;
      return {
        peerAddress: peerAddress ?? `${clientHost}:${ports.peer}`,
        clientHost,
        clientPort: clientPort ?? ports.tcp,
        clientUrl: clientUrl ?? `ws://${clientHost}:${ports.webSocket}/n/${config.node}`,
        capacity: config.capacity,
        helloRate: config.helloRate,
        zone: config.zone,
        version: config.version,
      };
    },
    connections: () => index.count,
    onRevoked: ({ userId, sessionIds, generation }) => {
      desk.revoke(userId, sessionIds, generation);
      for (const session of [...index.sessionsOf(userId)])
        if (desk.isRevoked({ ...session, session: session.id })) session.close('sessionEnded');
    },
    onCommand: (command) => {
      if (command.$case === 'cordon') {
        draining?.stop();
        registration.state = command.value ? nodeStates.NODE_STATE_CORDONED : nodeStates.NODE_STATE_READY;
      } else if (command.$case === 'drain') {
        const reason = command.value.reason === 'rebalance' ? 'rebalance' : 'drain';
        void drain({ windowMs: config.drainMs, perSecond: command.value.rate, reason });
      }
    },
    onReturned: () => {
      findEndedSessions(mysql, [...index.sessions()]).then(
        (ended) => {
          for (const session of ended) session.close('sessionEnded');
        },
        (error: unknown) => log.warn({ err: error }, 'sessions could not be checked again'),
      );
    },
    onSuperseded: () => {
      log.error('another process has taken this name: sending sessions away');
      void drainForGood();
    },
  });

  const isReady = () => registration.isRegistered && registration.state === nodeStates.NODE_STATE_READY;
  const ops = new OpsServer({
    ...config.ops,
    metrics,
    ready: createReadiness({ mysql, redis, isReady }),
  });
  observe.watch({ connections, index, links, routes });

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
      closers.add('peer server', () => peerServer.close());
      await peerServer.start();
      ports.peer = peerServer.port;
      // Last of all but the doors: others reach this node until nothing is left to say.
      closers.add('registration', () => registration.close());
      closers.add('peers', () => links.close());
      closers.add('routes', () => routes.close());
      closers.add('repair', () => repair.close());
      closers.add('presence', () => presence.close());
      closers.add('interests', () => interests.close());
      closers.add('connections', () => connections.close());
      // Commits in flight are answered before their connections are cut.
      closers.add('stores', () => stores.close());
      closers.add('listeners', () => {
        tcp.close();
        webSocket.close();
        upgrade.close();
      });
      await Promise.all([tcp.start(), webSocket.start()]);
      ports.tcp = tcp.port;
      ports.webSocket = webSocket.port;
      routes.start();
      repair.start();
      presence.start();
      registration.start();
      closers.add('sessions', () => drainForGood());
      log.info(ports, 'chat is up');
    },
    drain: drainForGood,
    close: () => closers.close(),
  };
}
