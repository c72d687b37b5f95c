import { jittered } from '@berth/lifecycle';
import type { Redis } from '@berth/redis';
import type { SessionIndex } from '../../session/session-index.ts';
import type { NodeIdentity } from '../../session/ticket-desk.ts';

export interface InterestSetsOptions {
  redis: Redis;
  identity: NodeIdentity;
  index: SessionIndex;
  /** Whether the fleet is, or is about to be, so large that senders ask for interest. */
  isNeeded(): boolean;
  onFailure(error: unknown): void;
}

interface InterestedNode {
  node: string;
  bootEpoch: number;
}

const keyOf = (conversation: number): string => `interest:{${conversation}}`;
/** A set is declared again long before it ends; those of nodes that are gone end by themselves. */
const expirySeconds = 3 * 86_400;
const declareAgainMs = 86_400_000;
/** Conversations declared at once. */
const lot = 250;

/**
 * Which nodes have sessions of a conversation: a set in Redis for each, read by senders in fleets beyond the broadcast
 * size, and not kept at all in smaller ones. A member is `<node>|<boot epoch>`; one of a node that is gone does no harm.
 */
export class InterestSets {
  readonly #options: InterestSetsOptions;
  readonly #reading = new Map<number, Promise<InterestedNode[]>>();
  #outstanding: Promise<unknown> = Promise.resolve();
  #isDeclared = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: InterestSetsOptions) {
    this.#options = options;
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  /** A conversation has its first session here, or lost its last. */
  changed(conversation: number, isInterested: boolean): void {
    if (this.#isDeclared) this.#follow(this.#write(conversation, isInterested));
  }

  /** Resolves when Redis has, or refused, all that was declared before: a resume may be read after it. */
  async settled(): Promise<void> {
    if (this.#isDeclared) await this.#outstanding;
  }

  /** Called when the fleet has changed its size. */
  fleetChanged(): void {
    if (this.#options.isNeeded() === this.#isDeclared) return;
    this.#isDeclared = !this.#isDeclared;
    clearTimeout(this.#timer);
    if (this.#isDeclared) this.declareAll();
  }

  /** Also after Redis lost everything. */
  declareAll(): void {
    if (!this.#isDeclared) return;
    this.#follow(this.#declareAll());
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.declareAll(), jittered(declareAgainMs));
  }

  /** The nodes that are interested now; asked once for all who ask in a turn. */
  nodesOf(conversation: number): Promise<InterestedNode[]> {
    let reading = this.#reading.get(conversation);
    if (reading === undefined) {
      reading = this.#read(conversation);
      this.#reading.set(conversation, reading);
      // Not remembered beyond this turn: a later commit must see a later state.
      queueMicrotask(() => this.#reading.delete(conversation));
    }
    return reading;
  }

  async #read(conversation: number): Promise<InterestedNode[]> {
    const members = await this.#options.redis.smembers(keyOf(conversation));
    return members.map((member) => {
      const [node = '', bootEpoch] = member.split('|');
      return { node, bootEpoch: Number(bootEpoch) };
    });
  }

  async #declareAll(): Promise<void> {
    const conversations = [...this.#options.index.conversations()].map(({ conversation }) => conversation);
    for (let i = 0; i < conversations.length; i += lot)
      await Promise.all(
        conversations.slice(i, i + lot).map((conversation) => this.#write(conversation, true)),
      );
  }

  async #write(conversation: number, isInterested: boolean): Promise<void> {
    const { redis, identity } = this.#options;
    const key = keyOf(conversation);
    const member = `${identity.node}|${identity.bootEpoch}`;
    if (isInterested) await Promise.all([redis.sadd(key, member), redis.expire(key, expirySeconds)]);
    else await redis.srem(key, member);
  }

  #follow(written: Promise<unknown>): void {
    const settled = written.catch((error: unknown) => this.#options.onFailure(error));
    this.#outstanding = Promise.all([this.#outstanding, settled]);
  }
}
