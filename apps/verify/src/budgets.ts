import { randomBytes } from 'node:crypto';
import { LuaScript, type Redis } from '@berth/redis';

const takeBudget = new LuaScript<[taken: 0 | 1, waitMs: number]>(
  new URL('./take-budget.lua', import.meta.url),
);

const hourMs = 3_600_000;
const minuteMs = 60_000;

export interface BudgetLimits {
  perAddressHour: number;
  perSourceHour: number;
  perMinute: number;
  /** Between two codes for one address, while the first is unused. */
  resendMs: number;
}

/** One code's share of the budgets, to be given back when its mail could not be sent. */
export interface Share {
  id: string;
  address: string;
  source: string;
}

/** How many codes are issued: per address and hour, per source and hour, and in all per minute. */
export class RedisBudgets {
  readonly #redis: Redis;
  readonly #limits: BudgetLimits;

  constructor(redis: Redis, limits: BudgetLimits) {
    this.#redis = redis;
    this.#limits = limits;
  }

  /**
   * Takes one code out of all three or, when one is used up, out of none. `waitMs`: until the same address may ask again.
   * Errors are the Redis client's.
   */
  async take(address: string, source: string): Promise<{ share?: Share; waitMs: number }> {
    const { perAddressHour, perSourceHour, perMinute, resendMs } = this.#limits;
    const id = randomBytes(12).toString('hex');
    const [taken, waitMs] = await takeBudget.run(
      this.#redis,
      [freshKey(address), ...budgetKeys(address, source)],
      [id, resendMs, ...[perAddressHour, hourMs], ...[perSourceHour, hourMs], ...[perMinute, minuteMs]],
    );
    return taken === 1 ? { share: { id, address, source }, waitMs } : { waitMs };
  }

  async giveBack(share: Share): Promise<void> {
    const keys = budgetKeys(share.address, share.source);
    await Promise.all([
      ...keys.map((key) => this.#redis.zrem(key, share.id)),
      this.#redis.del(freshKey(share.address)),
    ]);
  }

  /** The address's code was used: it may ask for the next one at once. */
  async settle(address: string): Promise<void> {
    await this.#redis.del(freshKey(address));
  }
}

const freshKey = (address: string): string => `verify:{budget}:fresh:${address}`;
const budgetKeys = (address: string, source: string): string[] =>
  [`address:${address}`, `source:${source}`, 'all'].map((name) => `verify:{budget}:${name}`);
