import { LuaScript, type Redis } from '@berth/redis';
import { BerthError } from '@berth/wire';
import type { BudgetWindow, BudgetWindows, Spent } from '../config.ts';

/** Budgets of accounts, the same on all nodes. While Redis is away each node counts for itself. */
export interface AccountBudgets {
  /** Takes `count` at once, or nothing: throws `rate_limited`. */
  take(user: number, spent: Spent, count?: number): Promise<void>;
}

const spendAccount = new LuaScript<number>(new URL('./spend-account.lua', import.meta.url));

/** Windows counted at most without Redis; the one counted longest is forgotten. */
const maxCounted = 100_000;

export class RedisAccountBudgets implements AccountBudgets {
  readonly #redis: Redis;
  readonly #windows: BudgetWindows;
  /** Without Redis: what was spent in the shortest window, which began then. */
  readonly #counted = new Map<string, { sinceMs: number; spent: number }>();

  constructor(redis: Redis, windows: BudgetWindows) {
    this.#redis = redis;
    this.#windows = windows;
  }

  /** Windows counted here. */
  get size(): number {
    return this.#counted.size;
  }

  async take(user: number, spent: Spent, count = 1): Promise<void> {
    const windows = this.#windows[spent];
    const keys = windows.map((_, index) => `spent:{${user}}:${spent}:${index}`);
    const args = [count, ...windows.flatMap(({ most, ms }) => [most, ms])];
    const waitMs = await spendAccount
      .run(this.#redis, keys, args)
      .catch(() => this.#takeHere(`${user} ${spent}`, windows[0]!, count));
    if (waitMs > 0) throw new BerthError('rate_limited', undefined, { retryAfterMs: waitMs });
  }

  #takeHere(key: string, { most, ms }: BudgetWindow, count: number): number {
    const now = performance.now();
    let counted = this.#counted.get(key);
    if (counted === undefined || now - counted.sinceMs >= ms) {
      this.#counted.delete(key);
      counted = { sinceMs: now, spent: 0 };
      this.#counted.set(key, counted);
      if (this.#counted.size > maxCounted) this.#counted.delete(this.#counted.keys().next().value!);
    }
    if (counted.spent + count > most) return Math.ceil(counted.sinceMs + ms - now);
    counted.spent += count;
    return 0;
  }
}
