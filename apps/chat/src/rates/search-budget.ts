import { LuaScript, type Redis } from '@berth/redis';
import { BerthError } from '@berth/wire';
import { CountedWindows } from './counted-windows.ts';

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

const minuteMs = 60_000;

export class RedisSearchBudget implements SearchBudget {
  readonly #options: SearchBudgetOptions;
  /** Without Redis: searches in the window that began then. */
  readonly #counted = new CountedWindows();

  constructor(options: SearchBudgetOptions) {
    this.#options = options;
  }

  /** Accounts counted here. */
  get size(): number {
    return this.#counted.size;
  }

  async take(user: number): Promise<void> {
    const waitMs = await this.#count(user, 1, 0).catch(() =>
      this.#counted.take(String(user), { most: this.#options.perMinute, ms: minuteMs }, 1),
    );
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
}
