import type { PresenceChange } from '@berth/contracts/chat';
import { jittered } from '@berth/lifecycle';
import type { Log } from '@berth/telemetry';
import type { LiveQueries } from '../../conversations/live-queries.ts';
import type { Online } from '../../people/online.ts';
import type { SessionIndex } from '../../session/session-index.ts';
import type { Fleet, FleetNode } from '../peers/fleet.ts';
import { encodeEntry } from '../peers/peer-codec.ts';
import type { PeerLinks } from '../peers/peer-links.ts';
import type { RedisRouteStore } from '../routes/redis-route-store.ts';
import { Watchers } from './watchers.ts';

export interface PresenceOptions {
  index: SessionIndex;
  queries: LiveQueries;
  links: PeerLinks;
  fleet: Fleet;
  store: RedisRouteStore;
  online: Online;
  log: Log;
  /** Up to so many nodes hear of every change; in a larger fleet only those of the watchers. */
  broadcastNodes: number;
  /** A watcher hears at most once in this time. Default 1 000 ms. */
  flushMs?: number;
  /** A user who is back within this was never away. */
  graceMs: number;
  /** Users of a node that died are told offline this long after its lease ended. */
  deathMs: number;
}

/** Users of one announcement, and entries of one message to other nodes. */
const lot = 200;
/** Users who came, and who left, that wait to be told of at most: log-ins are fewer in the time of a round. */
const maxWaiting = 100_000;
/** Users announced in one round; a log-in storm is told over several. */
const perRound = 2_000;
/** Users of this node whose friends are looked at together after the death of nodes, and friends whose routes are read at once. */
const watcherLot = 64;
const friendLot = 1_000;
/** After each of these. */
const pauseMs = 20;

/** Tells friends who comes and goes. Best effort: what is lost is right again with the next list of friends. */
export class Presence {
  readonly #options: PresenceOptions;
  readonly #watchers: Watchers;
  readonly #arrived = new Set<number>();
  /** User → when the absence is to be told. */
  readonly #left = new Map<number, number>();
  readonly #deaths = new Set<NodeJS.Timeout>();
  /** Nodes whose users are to be told offline by the next look at all friends. */
  #dead: FleetNode[] = [];
  #isTellingDeaths = false;
  #timer: NodeJS.Timeout | undefined;
  #isRunning = false;
  #closed = false;

  constructor(options: PresenceOptions) {
    this.#options = options;
    this.#watchers = new Watchers(options.index);
    options.fleet.listen({ onJoined: () => {}, onLeft: (node) => this.#nodeLeft(node) });
  }

  /** Changes that wait to be told. */
  get waiting(): number {
    return this.#arrived.size + this.#left.size + this.#watchers.waiting;
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#watchers.flush();
      void this.#announce();
    }, this.#options.flushMs ?? 1_000);
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#timer);
    for (const timer of this.#deaths) clearTimeout(timer);
  }

  /** The user has the first session on this node; `wasOnline`: on another one until now, so that nobody need be told. */
  arrived(user: number, wasOnline: boolean): void {
    this.#left.delete(user);
    if (!wasOnline && this.#arrived.size < maxWaiting) this.#arrived.add(user);
  }

  /** The user has lost the last session on this node. */
  left(user: number): void {
    this.#arrived.delete(user);
    if (this.#left.size < maxWaiting || this.#left.has(user))
      this.#left.set(user, performance.now() + this.#options.graceMs);
  }

  /** What another node says. */
  heard(changes: readonly PresenceChange[]): void {
    for (const { user, online, watchers } of changes)
      for (const watcher of watchers) this.#watchers.note(watcher, user, online);
  }

  async #announce(): Promise<void> {
    if (this.#isRunning || this.#closed) return;
    this.#isRunning = true;
    const now = performance.now();
    const arrived = [...this.#arrived].slice(0, perRound);
    for (const user of arrived) this.#arrived.delete(user);
    const left: number[] = [];
    for (const [user, at] of this.#left) {
      if (at > now || left.length >= perRound) break;
      left.push(user);
      this.#left.delete(user);
    }
    try {
      await this.#tell(arrived, true);
      if (left.length === 0) return;
      const online = await this.#options.online.amongUsers(left);
      await this.#tell(
        left.filter((user) => !online.has(user)),
        false,
      );
    } catch (error) {
      this.#options.log.warn({ err: error }, 'presence could not be told');
    } finally {
      this.#isRunning = false;
    }
  }

  async #tell(users: readonly number[], online: boolean): Promise<void> {
    for (let i = 0; i < users.length && !this.#closed; i += lot) {
      const watched = await this.#options.queries.watchersOf(users.slice(i, i + lot));
      const changes = [...watched]
        .filter(([, watchers]) => watchers.length > 0)
        .map(([user, watchers]) => ({ user, online, watchers: [...watchers] }));
      if (changes.length === 0) continue;
      this.heard(changes);
      await this.#send(changes);
    }
  }

  async #send(changes: PresenceChange[]): Promise<void> {
    const { fleet, links, store, broadcastNodes } = this.#options;
    if (fleet.size === 0) return;
    if (fleet.size < broadcastNodes) {
      links.broadcast(encodeEntry({ $case: 'presence', value: { changes } }));
      return;
    }
    const byNode = new Map<string, { bootEpoch: number; changes: PresenceChange[] }>();
    for (const { user, online, watchers } of changes) {
      const routes = await store.read(watchers);
      for (const [at, watcher] of watchers.entries())
        for (const { node, bootEpoch } of routes[at]!) {
          if (!fleet.has(node, bootEpoch)) continue;
          const there = byNode.get(node) ?? { bootEpoch, changes: [] };
          byNode.set(node, there);
          const last = there.changes.at(-1);
          if (last?.user === user) last.watchers.push(watcher);
          else there.changes.push({ user, online, watchers: [watcher] });
        }
    }
    for (const [node, there] of byNode)
      links.send(
        node,
        there.bootEpoch,
        encodeEntry({ $case: 'presence', value: { changes: there.changes } }),
      );
  }

  /** Nobody is left to tell of its users, so every node tells its own of those friends who have not come back. */
  #nodeLeft(node: FleetNode): void {
    const timer = setTimeout(
      () => {
        this.#deaths.delete(timer);
        this.#dead.push(node);
        void this.#tellDeaths();
      },
      jittered(this.#options.deathMs, 0.1),
    );
    this.#deaths.add(timer);
  }

  /** One look for all that went since the one before: in a rollout every node goes, and each look is at all friends. */
  async #tellDeaths(): Promise<void> {
    if (this.#isTellingDeaths) return;
    this.#isTellingDeaths = true;
    while (this.#dead.length > 0 && !this.#closed)
      await this.#tellDeathsOf(this.#dead.splice(0)).catch((error: unknown) =>
        this.#options.log.warn({ err: error }, 'presence of a dead node’s users could not be told'),
      );
    this.#isTellingDeaths = false;
  }

  async #tellDeathsOf(dead: readonly FleetNode[]): Promise<void> {
    const { index, queries } = this.#options;
    const boots = new Set(dead.map(({ name, bootEpoch }) => `${name} ${bootEpoch}`));
    const users = [...index.users()];
    for (let i = 0; i < users.length && !this.#closed; i += watcherLot) {
      const friendships = await queries.friendsOf(users.slice(i, i + watcherLot));
      const friends = [...new Set([...friendships.values()].flat())];
      const gone = new Set<number>();
      for (let at = 0; at < friends.length && !this.#closed; at += friendLot) {
        for (const user of await this.#goneOf(friends.slice(at, at + friendLot), boots)) gone.add(user);
        await new Promise((resolve) => setTimeout(resolve, pauseMs));
      }
      for (const [watcher, theirs] of friendships)
        for (const friend of theirs) if (gone.has(friend)) this.#watchers.note(watcher, friend, false);
    }
  }

  /** Those who lived on one of these boots, and nowhere since. */
  async #goneOf(users: readonly number[], boots: ReadonlySet<string>): Promise<number[]> {
    const { store, online } = this.#options;
    const routes = await store.read(users);
    const lost = users.filter((_, at) =>
      routes[at]!.some(({ node, bootEpoch }) => boots.has(`${node} ${bootEpoch}`)),
    );
    const back = lost.length === 0 ? undefined : await online.amongUsers(lost);
    return lost.filter((user) => !back?.has(user));
  }
}
