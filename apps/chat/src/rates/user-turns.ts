import { jittered } from '@berth/lifecycle';
import { BerthError } from '@berth/wire';

export interface UserTurnsOptions {
  /** Tasks at a time. Default 64. */
  parallel?: number;
  /** Of one user, the one that runs included. Default 32: as many as may have sessions. */
  maxOfUser?: number;
  /** Tasks waiting at most. Default 20,000. */
  maxWaiting?: number;
  /** One that waited longer is refused: who asked has given up. Default 15 000. */
  maxWaitMs?: number;
}

interface Waiting {
  start(): void;
  refuse(): void;
  since: number;
}

/**
 * Runs so many tasks at a time and one of a user; users take turns, however many tasks one of them has. Whatever else has a
 * number can take turns as well.
 */
export class UserTurns {
  readonly #options: Required<UserTurnsOptions>;
  /** Those whose turn is next stand first. */
  readonly #waiting = new Map<number, Waiting[]>();
  readonly #running = new Set<number>();
  #count = 0;

  constructor(options: UserTurnsOptions = {}) {
    this.#options = { parallel: 64, maxOfUser: 32, maxWaiting: 20_000, maxWaitMs: 15_000, ...options };
  }

  /** Tasks that wait. */
  get waiting(): number {
    return this.#count;
  }

  /** Throws `unavailable` when too many wait. */
  async run<T>(user: number, task: () => Promise<T>): Promise<T> {
    await this.#turnOf(user);
    try {
      return await task();
    } finally {
      this.#running.delete(user);
      this.#stepBack(user);
      this.#next();
    }
  }

  /** Whoever had a turn goes behind those who wait for theirs. */
  #stepBack(user: number): void {
    const theirs = this.#waiting.get(user);
    if (theirs === undefined) return;
    this.#waiting.delete(user);
    this.#waiting.set(user, theirs);
  }

  #turnOf(user: number): Promise<void> | undefined {
    const { parallel, maxOfUser, maxWaiting } = this.#options;
    if (this.#running.size < parallel && !this.#running.has(user)) {
      this.#running.add(user);
      return undefined;
    }
    const theirs = this.#waiting.get(user) ?? [];
    if (theirs.length + 1 >= maxOfUser || this.#count >= maxWaiting) throw refusal();
    return new Promise((resolve, reject) => {
      theirs.push({ start: resolve, refuse: () => reject(refusal()), since: performance.now() });
      this.#waiting.set(user, theirs);
      this.#count++;
    });
  }

  #next(): void {
    const { parallel, maxWaitMs } = this.#options;
    for (const [user, theirs] of this.#waiting) {
      if (this.#running.size >= parallel) return;
      if (this.#running.has(user)) continue;
      while (theirs.length > 0 && performance.now() - theirs[0]!.since > maxWaitMs) {
        theirs.shift()!.refuse();
        this.#count--;
      }
      this.#waiting.delete(user);
      const next = theirs.shift();
      if (next === undefined) continue;
      this.#count--;
      if (theirs.length > 0) this.#waiting.set(user, theirs);
      this.#running.add(user);
      next.start();
    }
  }
}

const refusal = (): BerthError => new BerthError('unavailable', undefined, { retryAfterMs: jittered(1_000) });
