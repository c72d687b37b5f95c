import type { CommittedEntry, Except, MembershipChange, Publisher } from '../../log/publisher.ts';
import type { Fleet } from '../peers/fleet.ts';
import { type EncodedEntry, encodeEntry } from '../peers/peer-codec.ts';
import type { PeerLinks } from '../peers/peer-links.ts';
import type { RedisRouteStore, Route } from '../routes/redis-route-store.ts';
import type { InterestSets } from './interest-sets.ts';
import type { LocalDelivery } from './local-delivery.ts';
import type { MembershipSync } from './membership-sync.ts';

export interface FleetPublisherOptions {
  local: LocalDelivery;
  memberships: MembershipSync;
  links: PeerLinks;
  fleet: Fleet;
  store: RedisRouteStore;
  interests: InterestSets;
  /** Up to so many nodes get every group message. */
  broadcastNodes: number;
  isRedisAway(): boolean;
  onRedisFailure(error: unknown): void;
}

/** An entry on its way to the nodes of users. */
interface Routed {
  users: readonly number[];
  entry: EncodedEntry;
}

/** Beyond so many users their routes are not read: every node is told, and picks its own. */
const maxRoutedUsers = 64;
/** Entries waiting for routes at most, while Redis is slow; beyond it every node is told. */
const maxWaiting = 20_000;
const maxWaitingBytes = 33_554_432;

/** Brings what happens to the sessions of this node at once, and to other nodes by routes, interest or broadcast. */
export class FleetPublisher implements Publisher {
  readonly #options: FleetPublisherOptions;
  #gathering: Routed[] = [];
  #waiting = 0;
  #waitingBytes = 0;

  constructor(options: FleetPublisherOptions) {
    this.#options = options;
  }

  /** Bytes of entries that wait for the routes of their users. */
  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  deliver(committed: CommittedEntry): void {
    const { conversation, seq, uncounted, sender, membersVersion, direct, frame } = committed;
    this.#options.local.deliver(committed);
    if (this.#options.fleet.size === 0) return;
    const entry = encodeEntry(
      {
        $case: 'deliver',
        value: {
          ...{ conversation, seq, uncounted, membersVersion, sender, frame: asBuffer(frame) },
          serverRun: committed.serverRun ?? 0,
          exceptUsers: [],
        },
      },
      conversation,
    );
    if (direct !== undefined) this.#route({ users: direct, entry });
    else this.#toGroup(conversation, entry);
  }

  notify(users: readonly number[], frame: Uint8Array, exceptSession?: string): void {
    this.#options.local.notify(users, frame, exceptSession);
    if (this.#options.fleet.size === 0 || users.length === 0) return;
    const value = { users: [...users], frame: asBuffer(frame), exceptSession: exceptSession ?? '' };
    const entry = encodeEntry({ $case: 'notify', value });
    if (users.length > maxRoutedUsers) this.#options.links.broadcast(entry);
    else this.#route({ users, entry });
  }

  broadcast(conversation: number, membersVersion: number, frame: Uint8Array, except: Except = {}): void {
    const { session: exceptSession, users: exceptUsers } = except;
    this.#options.local.deliver({ conversation, seq: 0, membersVersion, frame, exceptSession, exceptUsers });
    if (this.#options.fleet.size === 0) return;
    const value = {
      ...{ conversation, seq: 0, uncounted: 0, serverRun: 0, membersVersion, sender: 0 },
      exceptUsers: [...(exceptUsers ?? [])],
      frame: asBuffer(frame),
    };
    this.#toGroup(conversation, encodeEntry({ $case: 'deliver', value }, conversation));
  }

  membershipChanged(change: MembershipChange): void {
    void this.#options.memberships.changed(change);
    if (this.#options.fleet.size === 0) return;
    const value = { ...change, users: [...change.users] };
    // To all, whoever is interested: a node may hold a copy of the members without having a session in it.
    this.#options.links.broadcast(encodeEntry({ $case: 'membership', value }));
  }

  #toGroup(conversation: number, entry: EncodedEntry): void {
    const { fleet, links, interests, broadcastNodes } = this.#options;
    if (fleet.size < broadcastNodes || this.#options.isRedisAway()) links.broadcast(entry);
    else
      interests.nodesOf(conversation).then(
        (nodes) => {
          for (const { node, bootEpoch } of nodes) links.send(node, bootEpoch, entry);
        },
        (error: unknown) => {
          this.#options.onRedisFailure(error);
          links.broadcast(entry);
        },
      );
  }

  /** Gathers what is committed in this turn, so that routes are read once for all of it, and after the commit. */
  #route(routed: Routed): void {
    const isFull = this.#waiting >= maxWaiting || this.#waitingBytes >= maxWaitingBytes;
    if (this.#options.isRedisAway() || isFull) {
      this.#options.links.broadcast(routed.entry);
      return;
    }
    this.#waiting++;
    this.#waitingBytes += routed.entry.bytes.length;
    if (this.#gathering.push(routed) === 1) queueMicrotask(() => void this.#readRoutes());
  }

  async #readRoutes(): Promise<void> {
    const gathered = this.#gathering;
    this.#gathering = [];
    const users = [...new Set(gathered.flatMap((routed) => routed.users))];
    try {
      const read = await this.#options.store.read(users);
      const routes = new Map(users.map((user, i) => [user, read[i]!]));
      for (const routed of gathered) this.#toRoutes(routed, routes);
    } catch (error) {
      this.#options.onRedisFailure(error);
      for (const { entry } of gathered) this.#options.links.broadcast(entry);
    } finally {
      this.#waiting -= gathered.length;
      for (const { entry } of gathered) this.#waitingBytes -= entry.bytes.length;
    }
  }

  #toRoutes({ users, entry }: Routed, routes: ReadonlyMap<number, readonly Route[]>): void {
    const { links } = this.#options;
    const sent: string[] = [];
    for (const user of users)
      for (const { node, bootEpoch } of routes.get(user)!) {
        if (sent.includes(node)) continue;
        sent.push(node);
        links.send(node, bootEpoch, entry);
      }
  }
}

const asBuffer = (bytes: Uint8Array): Buffer =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
