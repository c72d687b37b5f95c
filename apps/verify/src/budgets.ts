import { randomBytes } from 'node:crypto';
import { LuaScript, type Redis } from '@berth/redis';
import { type CodeFamily, codeFamilies } from './code.ts';

const takeBudget = new LuaScript<[taken: 0 | 1, waitMs: number]>(
  new URL('./take-budget.lua', import.meta.url),
);

const dayMs = 86_400_000;
const hourMs = 3_600_000;
const minuteMs = 60_000;

export interface BudgetLimits {
  perAddressHour: number;
  perAddressDay: number;
  perSourceHour: number;
  perMinute: number;
  /** Between two codes for one address, while the first is unused. */
  resendMs: number;
}

/** One code's share of the budgets, to be given back when its mail could not be sent. */
export interface Share {
  id: string;
  address: string;
  family: CodeFamily;
  source: string;
}

/**
 * How many codes are issued: per address and family in an hour and in a day, per source and hour, and in all per minute. Of
 * one address a source gets its first also when others have used the budget up, until that is used twice.
 */
export class RedisBudgets {
  readonly #redis: Redis;
  readonly #limits: BudgetLimits;

  constructor(redis: Redis, limits: BudgetLimits) {
    this.#redis = redis;
    this.#limits = limits;
  }

  /**
   * Takes one code out of all of them or, when one is used up, out of none. `waitMs`: until the same address may ask again.
   * Errors are the Redis client's.
   */
  async take(
    address: string,
    family: CodeFamily,
    source: string,
  ): Promise<{ share?: Share; waitMs: number }> {
    const { perAddressHour, perAddressDay, perSourceHour, perMinute, resendMs } = this.#limits;
    const id = `${source}:${randomBytes(12).toString('hex')}`;
    const [taken, waitMs] = await takeBudget.run(
      this.#redis,
      [freshKey(address, family), ...budgetKeys(address, family, source)],
      [
        ...[id, resendMs, addressBudgets.length],
        ...[perAddressHour, hourMs],
        ...[perAddressDay, dayMs],
        ...[perSourceHour, hourMs],
        ...[perMinute, minuteMs],
      ],
    );
    return taken === 1 ? { share: { id, address, family, source }, waitMs } : { waitMs };
  }

  async giveBack({ id, address, family, source }: Share): Promise<void> {
    const keys = budgetKeys(address, family, source);
    await Promise.all([
      ...keys.map((key) => this.#redis.zrem(key, id)),
      this.#redis.del(freshKey(address, family)),
    ]);
  }

  /** The address's code was used: it may ask for the next one at once. */
  async settle(address: string): Promise<void> {
    await Promise.all(codeFamilies.map((family) => this.#redis.del(freshKey(address, family))));
  }
}

const freshKey = (address: string, family: CodeFamily): string =>
  `verify:{budget}:fresh:${family}:${address}`;
const addressBudgets = ['address', 'address-day'];
const budgetKeys = (address: string, family: CodeFamily, source: string): string[] =>
  [...addressBudgets.map((name) => `${name}:${family}:${address}`), `source:${source}`, 'all'].map(
    (name) => `verify:{budget}:${name}`,
  );
