import type { Revocation } from '@berth/contracts/status';
import { backoffMs } from '@berth/lifecycle';
import type { Log } from '@berth/telemetry';
import type { RedisSessionCache } from './session-cache.ts';

export interface RevocationsParts {
  cache: RedisSessionCache;
  /** Tells the chat nodes, by way of status. */
  send: (revocation: Omit<Revocation, 'id'>) => Promise<void>;
  log: Log;
}

/** Attempts go on so long; by then a node that missed it has checked its sessions again by itself. */
const giveUpMs = 10 * 60_000;
const maxPending = 10_000;

/**
 * Makes ended sessions end everywhere: in the cache of berths and on the chat nodes. The first attempt of each is waited
 * for; what fails is tried again in the background, jittered, and in bounded number.
 */
export class Revocations {
  readonly #parts: RevocationsParts;
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(parts: RevocationsParts) {
    this.#parts = parts;
  }

  /** Ends attempts still to be made. */
  get pending(): number {
    return this.#timers.size;
  }

  async endSessions(userId: number, sessionIds: string[], reason: string): Promise<void> {
    await Promise.all([
      ...sessionIds.map((id) => this.#try('cache', () => this.#parts.cache.end(userId, id))),
      this.#try('nodes', () => this.#parts.send({ userId, sessionIds, generation: 0, reason })),
    ]);
  }

  /** Voids every session of a generation lower than this. */
  async raiseGeneration(userId: number, generation: number, reason: string): Promise<void> {
    await Promise.all([
      this.#try('cache', () => this.#parts.cache.raiseGeneration(userId, generation)),
      this.#try('nodes', () => this.#parts.send({ userId, sessionIds: [], generation, reason })),
    ]);
  }

  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  async #try(
    what: string,
    attempt: () => Promise<void>,
    count = 0,
    since = performance.now(),
  ): Promise<void> {
    try {
      await attempt();
    } catch (err) {
      const isOver = performance.now() - since > giveUpMs || this.#timers.size >= maxPending;
      this.#parts.log.warn({ err, what, count, isOver }, 'a revocation did not arrive');
      if (isOver) return;
      const timer = setTimeout(
        () => {
          this.#timers.delete(timer);
          void this.#try(what, attempt, count + 1, since);
        },
        100 + backoffMs(count, { baseMs: 200, maxMs: 5_000 }),
      );
      this.#timers.add(timer);
    }
  }
}
