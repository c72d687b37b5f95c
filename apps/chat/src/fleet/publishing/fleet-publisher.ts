import type { TraceSpan, Tracing } from '@berth/telemetry';
import type { CommittedRun, Except, MembershipChange, Publisher } from '../../log/publisher.ts';
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
  tracing: Tracing;
  /** Up to so many nodes get every group message. */
  broadcastNodes: number;
  isRedisAway(): boolean;
  onRedisFailure(error: unknown): void;
}

/** Entries on their way to the nodes of users. */
interface Routed {
  users: readonly number[];
  entries: readonly EncodedEntry[];
}

const none: readonly (TraceSpan | undefined)[] = [];

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

  deliver({ conversation, membersVersion, direct, serverRun = 0, entries }: CommittedRun): void {
    const frames = entries.map(({ frame }) => frame);
    const origins = entries.map(({ origin }) => origin);
    const { sentAt } = entries.at(-1)!;
    const isTraced = this.#options.tracing.isOn && entries.some(({ trace }) => trace !== undefined);
    const spans = isTraced ? entries.map(({ trace }) => trace?.child('publish')) : none;
    const delivering = spans.map((span) => span?.child('deliver'));
    this.#options.local.deliver({
      ...{ conversation, seq: entries[0]!.seq, sentAt, membersVersion, frames, origins },
    });
    for (const span of delivering) span?.end();
    if (this.#options.fleet.size > 0) {
      const encoded = entries.map(({ seq, uncounted, sentAt, sender, frame }, at) => {
        const value = {
          ...{ conversation, seq, uncounted, sentAt, membersVersion, sender, serverRun },
          ...{ frame: asBuffer(frame), exceptUsers: [], traceparent: spans[at]?.traceparent ?? '' },
        };
        return encodeEntry({ $case: 'deliver', value }, conversation);
      });
      if (direct !== undefined) this.#route({ users: direct, entries: encoded });
      else this.#toGroup(conversation, encoded);
    }
    for (const span of spans) span?.end();
  }

  notify(users: readonly number[], frame: Uint8Array, exceptSession?: string): void {
    this.#options.local.notify(users, frame, exceptSession);
    if (this.#options.fleet.size === 0 || users.length === 0) return;
    const value = { users: [...users], frame: asBuffer(frame), exceptSession: exceptSession ?? '' };
    const entry = encodeEntry({ $case: 'notify', value });
    if (users.length > maxRoutedUsers) this.#options.links.broadcast(entry);
    else this.#route({ users, entries: [entry] });
  }

  broadcast(conversation: number, membersVersion: number, frame: Uint8Array, except: Except = {}): void {
    const { session: exceptSession, users: exceptUsers } = except;
    this.#options.local.deliver({
      ...{ conversation, seq: 0, sentAt: 0, membersVersion, frames: [frame], exceptSession, exceptUsers },
    });
    if (this.#options.fleet.size === 0) return;
    const value = {
      ...{ conversation, seq: 0, uncounted: 0, sentAt: 0, serverRun: 0, membersVersion, sender: 0 },
      ...{ exceptUsers: [...(exceptUsers ?? [])], traceparent: '' },
      frame: asBuffer(frame),
    };
    this.#toGroup(conversation, [encodeEntry({ $case: 'deliver', value }, conversation)]);
  }

  membershipChanged(change: MembershipChange): void {
    void this.#options.memberships.changed(change);
    if (this.#options.fleet.size === 0) return;
    const value = { ...change, users: [...change.users] };
    // To all, whoever is interested: a node may hold a copy of the members without having a session in it.
    this.#options.links.broadcast(encodeEntry({ $case: 'membership', value }));
  }

  #toGroup(conversation: number, entries: readonly EncodedEntry[]): void {
    const { fleet, links, interests, broadcastNodes } = this.#options;
    if (fleet.size < broadcastNodes || this.#options.isRedisAway()) this.#broadcast(entries);
    else
      interests.nodesOf(conversation).then(
        (nodes) => {
          for (const { node, bootEpoch } of nodes)
            for (const entry of entries) links.send(node, bootEpoch, entry);
        },
        (error: unknown) => {
          this.#options.onRedisFailure(error);
          this.#broadcast(entries);
        },
      );
  }

  #broadcast(entries: readonly EncodedEntry[]): void {
    for (const entry of entries) this.#options.links.broadcast(entry);
  }

  /** Gathers what is committed in this turn, so that routes are read once for all of it, and after the commit. */
  #route(routed: Routed): void {
    const isFull = this.#waiting >= maxWaiting || this.#waitingBytes >= maxWaitingBytes;
    if (this.#options.isRedisAway() || isFull) {
      this.#broadcast(routed.entries);
      return;
    }
    this.#waiting += routed.entries.length;
    this.#waitingBytes += bytesOf(routed);
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
      for (const { entries } of gathered) this.#broadcast(entries);
    } finally {
      for (const routed of gathered) {
        this.#waiting -= routed.entries.length;
        this.#waitingBytes -= bytesOf(routed);
      }
    }
  }

  #toRoutes({ users, entries }: Routed, routes: ReadonlyMap<number, readonly Route[]>): void {
    const { links } = this.#options;
    const sent: string[] = [];
    for (const user of users)
      for (const { node, bootEpoch } of routes.get(user)!) {
        if (sent.includes(node)) continue;
        sent.push(node);
        for (const entry of entries) links.send(node, bootEpoch, entry);
      }
  }
}

const bytesOf = ({ entries }: Routed): number => entries.reduce((sum, { bytes }) => sum + bytes.length, 0);

const asBuffer = (bytes: Uint8Array): Buffer =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
