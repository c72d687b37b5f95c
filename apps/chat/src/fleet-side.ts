import type { Redis } from '@berth/redis';
import type { Log, Tracing } from '@berth/telemetry';
import type { ChatConfig } from './config.ts';
import type { LiveQueries } from './conversations/live-queries.ts';
import { Fleet } from './fleet/peers/fleet.ts';
import { encodeEntry } from './fleet/peers/peer-codec.ts';
import { PeerLinks } from './fleet/peers/peer-links.ts';
import { PeerServer } from './fleet/peers/peer-server.ts';
import { Presence } from './fleet/presence/presence.ts';
import { RouteOnline } from './fleet/presence/route-online.ts';
import { FleetPublisher } from './fleet/publishing/fleet-publisher.ts';
import { InterestSets } from './fleet/publishing/interest-sets.ts';
import { LocalDelivery } from './fleet/publishing/local-delivery.ts';
import { MembershipSync } from './fleet/publishing/membership-sync.ts';
import { PeerInbox } from './fleet/publishing/peer-inbox.ts';
import { TailRepair } from './fleet/publishing/tail-repair.ts';
import { RedisRouteStore } from './fleet/routes/redis-route-store.ts';
import { RouteKeeper } from './fleet/routes/route-keeper.ts';
import type { LogHeads } from './log/log-heads.ts';
import type { Publisher } from './log/publisher.ts';
import type { LiveMetrics } from './metrics.ts';
import type { Online } from './people/online.ts';
import { KnownEnds } from './session/known-ends.ts';
import { SessionIndex } from './session/session-index.ts';
import type { NodeIdentity } from './session/ticket-desk.ts';

export interface FleetSideOptions {
  config: ChatConfig;
  identity: NodeIdentity;
  queries: LiveQueries;
  heads: LogHeads;
  redis: Redis;
  observe: LiveMetrics;
  log: Log;
  tracing: Tracing;
}

/** What makes one node of many: routes, peers, and the ways from a commit to every session. */
export interface FleetSide {
  readonly fleet: Fleet;
  readonly index: SessionIndex;
  readonly ends: KnownEnds;
  readonly publisher: Publisher;
  readonly online: Online;
  readonly presence: Presence;
  readonly routes: RouteKeeper;
  readonly interests: InterestSets;
  readonly links: PeerLinks;
  readonly peerServer: PeerServer;
  /** What waits, by name: entries, or bytes where the name says so. */
  kept(): Record<string, number>;
  start(): void;
  /** Tells other nodes what is left to say, and stops. */
  close(): Promise<void>;
}

export function createFleetSide({
  config,
  identity,
  queries,
  heads,
  redis,
  observe,
  log,
  tracing,
}: FleetSideOptions): FleetSide {
  const fleet = new Fleet(config.node);
  const store = new RedisRouteStore(redis);
  const index = new SessionIndex((conversation, isInterested) =>
    interests.changed(conversation, isInterested),
  );
  const routes: RouteKeeper = new RouteKeeper({
    store,
    index,
    identity,
    log,
    isLive: ({ node, bootEpoch }) => fleet.has(node, bootEpoch),
    tellPrevious: ({ node: owner, bootEpoch, session, epoch, deviceClass }, winner) => {
      const moved = session === winner.id;
      const limit = moved ? 0 : winner.maxOfClass;
      const value = { user: winner.user, deviceClass, session, epoch, moved, toNode: config.node, limit };
      links.send(owner, bootEpoch, encodeEntry({ $case: 'kick', value }));
    },
    onRebuilt: () => {
      interests.declareAll();
      repair.requestAll();
    },
  });
  const onRedisFailure = (error: unknown) => routes.lost(error);
  // Whatever is behind that name after a reconnect may have lost the latest claims.
  redis.on('close', () => routes.lost(new Error('the connection was closed')));
  const isRedisAway = () => routes.isAway;
  const isDeclaring = () => fleet.size >= 0.75 * config.broadcastNodes;
  const interests = new InterestSets({
    redis,
    identity,
    index,
    // Declared before anyone asks: senders begin to ask a little later.
    isNeeded: isDeclaring,
    onFailure: onRedisFailure,
  });

  const ends = new KnownEnds({
    index,
    isInDoubt: () => repair.isInDoubt || routes.isAway,
    hearsAll: () => !isDeclaring(),
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
    isChanging: (conversation) => memberships.isChanging(conversation),
    earlierOf: (conversation, users) => queries.earlierOf(conversation, users),
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
    onDoubt: (conversation) => ends.doubt(conversation),
  });
  const links: PeerLinks = new PeerLinks({
    identity,
    fleet,
    tls: config.grpcTls,
    log,
    meshNodes: config.broadcastNodes,
    onBatch: (batch) => inbox.take(batch),
    onDoubt: (doubt) => repair.requestAll(doubt),
  });
  fleet.listen({ onJoined: () => interests.fleetChanged(), onLeft: () => interests.fleetChanged() });
  const publisher = new FleetPublisher({
    local,
    memberships,
    links,
    fleet,
    store,
    interests,
    tracing,
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
    heads,
    tracing,
    onPresence: (changes) => presence.heard(changes),
  });
  const peerServer = new PeerServer({
    ...config.peer,
    tls: config.grpcTls,
    onStream: (call) => links.accept(call),
  });
  return {
    fleet,
    index,
    ends,
    publisher,
    online,
    presence,
    routes,
    interests,
    links,
    peerServer,
    kept: () => ({
      presence: presence.waiting,
      local_delivery_bytes: local.waitingBytes,
      routing_bytes: publisher.waitingBytes,
    }),
    start() {
      routes.start();
      repair.start();
      presence.start();
    },
    async close() {
      interests.close();
      presence.close();
      repair.close();
      routes.close();
      await links.close();
    },
  };
}
