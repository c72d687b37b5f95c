import { jittered } from '@berth/lifecycle';
import type { Log } from '@berth/telemetry';
import { nodeOrders } from '../placement/node-record.ts';
import { UnrecordedPlaces } from '../placement/unrecorded.ts';
import type { RedisRegistry } from './redis-registry.ts';
import type { FleetSnapshot, KnownNode, NewsItem } from './registry.ts';

/** The nodes that are there, as every node is told. */
export interface PeerList {
  version: number;
  nodes: readonly KnownNode[];
}

export interface FleetViewOptions {
  registry: RedisRegistry;
  log: Log;
  /** Default 250 ms: revocations and fleet changes reach every node within 1 s. */
  pollMs?: number;
  /** How often the counts are read when no node came or went; default 1 s. */
  readMs?: number;
}

const keepNewsMs = 600_000;
const keepNewsItems = 20_000;
const newsPerPoll = 256;

/**
 * What this replica knows of the fleet: polls the registry, keeps the last good view for when Redis is away, and tells
 * its listener of changed peers and of news. Redis may be away for this replica alone (cut off, or with a password of
 * yesterday), while nodes come and go: so leases end in the view, too, unless a node goes on reporting right here. After a flush of Redis the peers known before stay listed for one lease,
 * in which they report again: nobody is told that they left.
 */
export class FleetView {
  readonly #options: Required<FleetViewOptions>;
  readonly #unrecorded: UnrecordedPlaces;
  #timer: NodeJS.Timeout | undefined;
  #polling: Promise<void> | undefined;
  #readWanted = true;
  #closed = false;
  #cursor = '';
  #news: NewsItem[] = [];
  #snapshot: FleetSnapshot | undefined;
  #readAt = Number.NEGATIVE_INFINITY;
  #clock: { redisMs: number; atMs: number } | undefined;
  #bornMs: number | undefined;
  #rebuildUntilMs = 0;
  #peers: PeerList | undefined;
  #away = true;

  onPeers: (peers: PeerList) => void = () => {};
  onNews: (item: NewsItem) => void = () => {};
  /** After each poll that Redis answered. */
  onPoll: () => void = () => {};

  constructor(options: FleetViewOptions) {
    this.#options = { pollMs: 250, readMs: 1_000, ...options };
    this.#unrecorded = new UnrecordedPlaces(options.registry.rules.reservationMs);
  }

  /** The last good snapshot of all known nodes; undefined before the first. */
  get snapshot(): FleetSnapshot | undefined {
    return this.#snapshot;
  }

  get peers(): PeerList | undefined {
    return this.#peers;
  }

  /** The last call to Redis failed. */
  get away(): boolean {
    return this.#away;
  }

  /** Redis' clock as far as it is known from its last answer; undefined before the first. */
  nowMs(): number | undefined {
    return this.#clock && this.#clock.redisMs + (performance.now() - this.#clock.atMs);
  }

  /** The news since the item `after`; all of the last 10 minutes when it is empty or not among them. */
  newsSince(after: string): readonly NewsItem[] {
    const at = after === '' ? -1 : this.#news.findIndex((item) => item.id === after);
    return this.#news.slice(at + 1);
  }

  /** Polls until closed. Resolves after the first poll, whether or not Redis answered. */
  async start(): Promise<void> {
    await this.#poll();
    this.#schedule();
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#polling;
  }

  /** A node registered here: have its peers read soon, and not only when its turn comes. */
  readSoon(): void {
    this.#readWanted = true;
    if (this.#closed || this.#polling) return;
    this.#schedule(this.#soonMs());
  }

  /** A call of somebody else's failed for want of Redis: believe it until a poll succeeds. */
  markAway(): void {
    this.#away = true;
  }

  /** What a node told this replica, for the view that placement falls back on while Redis is away. */
  observe(name: string, bootEpoch: number, connections: number, state: number): void {
    const node = this.#known(name, bootEpoch);
    const nowMs = this.nowMs();
    if (!node || nowMs === undefined) return;
    this.#unrecorded.observe(node, connections, nowMs);
    node.state = state;
    node.leaseUntilMs = nowMs + this.#options.registry.rules.leaseMs;
  }

  /** A place was given on this node, and Redis cannot be told. */
  placed(node: KnownNode, holder: string): void {
    this.#unrecorded.add(node, holder, this.nowMs() ?? 0);
  }

  /** The stream of a node has ended, and Redis cannot be told. */
  lost(name: string, bootEpoch: number): void {
    const node = this.#known(name, bootEpoch);
    if (node) node.suspect = true;
  }

  #known(name: string, bootEpoch: number): KnownNode | undefined {
    return this.#snapshot?.nodes.find((known) => known.name === name && known.epoch === bootEpoch);
  }

  /** The larger the fleet, the longer its list and the more there are to tell: 250 ms with 1,000 nodes. */
  #soonMs(): number {
    return Math.min(this.#options.pollMs, 20 + (this.#snapshot?.nodes.length ?? 0) / 4);
  }

  #schedule(delayMs = jittered(this.#options.pollMs)): void {
    if (this.#closed) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#polling = this.#poll().finally(() => {
        this.#polling = undefined;
        this.#schedule(this.#readWanted && !this.#away ? this.#soonMs() : undefined);
      });
    }, delayMs);
  }

  async #poll(): Promise<void> {
    const { registry, log } = this.#options;
    try {
      let full = true;
      let version = 0;
      while (full && !this.#closed) {
        const news = await registry.poll(this.#cursor, newsPerPoll);
        full = news.items.length === newsPerPoll;
        version = news.version;
        this.#clock = { redisMs: news.nowMs, atMs: performance.now() };
        this.#noticeBirth(news);
        for (const item of news.items) this.#take(item);
      }
      const due =
        this.#readWanted ||
        version !== this.#snapshot?.version ||
        performance.now() - this.#readAt >= this.#options.readMs;
      if (due) await this.#read();
      if (this.#away) log.info('redis is here');
      this.#away = false;
      this.onPoll();
    } catch (err) {
      if (!this.#away) log.warn({ err }, 'redis is away: placing on the last good view');
      this.#away = true;
    }
  }

  #noticeBirth({ bornMs, nowMs }: { bornMs: number; nowMs: number }): void {
    if (this.#bornMs !== undefined && bornMs !== this.#bornMs) {
      this.#rebuildUntilMs = (bornMs || nowMs) + this.#options.registry.rules.leaseMs + 1_000;
      this.#options.log.warn('the registry was emptied: waiting for reports');
    }
    this.#bornMs = bornMs;
  }

  #take(item: NewsItem): void {
    this.#cursor = item.id;
    this.#news.push(item);
    const oldestMs = Number(item.id.split('-')[0]) - keepNewsMs;
    if (this.#news.length > keepNewsItems || Number(this.#news[0]!.id.split('-')[0]) < oldestMs) {
      this.#news = this.#news
        .filter((kept) => Number(kept.id.split('-')[0]) >= oldestMs)
        .slice(-keepNewsItems);
    }
    this.onNews(item);
  }

  async #read(): Promise<void> {
    this.#readWanted = false;
    const snapshot = await this.#options.registry.fleet();
    // It may have been emptied since the poll.
    this.#noticeBirth(snapshot);
    this.#snapshot = snapshot;
    this.#unrecorded.forget();
    this.#readAt = performance.now();
    const listed = snapshot.nodes.filter((node) => node.standing === 'listed');
    const rebuilding = snapshot.nowMs < this.#rebuildUntilMs;
    const there = new Set(listed.map((node) => node.name));
    const kept = rebuilding ? (this.#peers?.nodes.filter((node) => !there.has(node.name)) ?? []) : [];
    const nodes = [...listed, ...kept];
    if (this.#peers && signatureOf(nodes) === signatureOf(this.#peers.nodes)) return;
    // Above the one before, though the registry's own may stand still while peers that it lost time out here.
    this.#peers = { version: Math.max(snapshot.version, (this.#peers?.version ?? 0) + 1), nodes };
    this.onPeers(this.#peers);
  }
}

/** A node's state as its peers are told: what it reports, or what it is ordered to if that is more. */
export const effectiveState = (node: KnownNode): number =>
  Math.max(node.state, stateOrdered[node.order] ?? 1);

const stateOrdered: Record<number, number> = {
  [nodeOrders.none]: 1,
  [nodeOrders.cordon]: 2,
  [nodeOrders.drain]: 3,
};

const signatureOf = (nodes: readonly KnownNode[]): string =>
  nodes
    .map((node) => `${node.name} ${node.epoch} ${node.address.peerAddress} ${effectiveState(node)}`)
    .join('\n');
