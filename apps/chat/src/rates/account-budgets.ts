import { LuaScript, type Redis } from '@berth/redis';
import { BerthError } from '@berth/wire';
import type { BudgetWindows, Spent } from '../config.ts';
import { CountedWindows } from './counted-windows.ts';

/** Budgets of accounts, the same on all nodes. While Redis is away each node counts for itself. */
export interface AccountBudgets {
  /** Takes `count` at once, or nothing: throws `rate_limited`. */
  take(user: number, spent: Spent, count?: number): Promise<void>;
}

const spendAccount = new LuaScript<number>(new URL('./spend-account.lua', import.meta.url));

export class RedisAccountBudgets implements AccountBudgets {
  readonly #redis: Redis;
  readonly #windows: BudgetWindows;
  /** Without Redis: what was spent in the shortest window, which began then. */
  readonly #counted = new CountedWindows();

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
      .catch(() => this.#counted.take(`${user} ${spent}`, windows[0]!, count));
    if (waitMs > 0) throw new BerthError('rate_limited', undefined, { retryAfterMs: waitMs });
  }
}
