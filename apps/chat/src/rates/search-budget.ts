import { LuaScript, type Redis } from '@berth/redis';
import { BerthError } from '@berth/wire';

export interface SearchBudgetOptions {
  redis: Redis;
  /** Searches of one account. */
  perMinute: number;
  /** People who are no friends, shown to one account; who is shown twice counts twice. */
  strangersPerDay: number;
}

/** What an account may find out about strangers, wherever it searches. While Redis is away each node counts for itself. */
export interface SearchBudget {
  /** Throws `rate_limited`. */
  take(user: number): Promise<void>;
  /** So many strangers were shown. */
  spend(user: number, strangers: number): Promise<void>;
}

const spendSearch = new LuaScript<number>(new URL('./spend-search.lua', import.meta.url));

/** Accounts counted at most without Redis; the one counted longest is forgotten. */
const maxUsers = 100_000;
const minuteMs = 60_000;

export class RedisSearchBudget implements SearchBudget {
  readonly #options: SearchBudgetOptions;
  /** Without Redis: searches in the window that began then. */
  readonly #counted = new Map<number, { sinceMs: number; searches: number }>();

  constructor(options: SearchBudgetOptions) {
    this.#options = options;
  }

  /** Accounts counted here. */
  get size(): number {
    return this.#counted.size;
  }

  async take(user: number): Promise<void> {
    const waitMs = await this.#count(user, 1, 0).catch(() => this.#countHere(user));
    if (waitMs > 0) throw new BerthError('rate_limited', undefined, { retryAfterMs: waitMs });
  }

  async spend(user: number, strangers: number): Promise<void> {
    // What is not counted while Redis is away is still bounded by the searches of a minute.
    if (strangers > 0) await this.#count(user, 0, strangers).catch(() => 0);
  }

  #count(user: number, searches: number, strangers: number): Promise<number> {
    const { redis, perMinute, strangersPerDay } = this.#options;
    const keys = [`search:{${user}}:minute`, `search:{${user}}:day`];
    return spendSearch.run(redis, keys, [perMinute, strangersPerDay, searches, strangers]);
  }

  #countHere(user: number): number {
    const now = performance.now();
    let counted = this.#counted.get(user);
    if (counted === undefined || now - counted.sinceMs >= minuteMs) {
      this.#counted.delete(user);
      counted = { sinceMs: now, searches: 0 };
      this.#counted.set(user, counted);
      if (this.#counted.size > maxUsers) this.#counted.delete(this.#counted.keys().next().value!);
    }
    if (counted.searches >= this.#options.perMinute) return Math.ceil(counted.sinceMs + minuteMs - now);
    counted.searches++;
    return 0;
  }
}
