import { LuaScript, type Redis } from '@berth/redis';
import type { CodePurpose } from './code.ts';

export type Redemption = 'ok' | 'wrong' | 'expired';

const storeCode = new LuaScript(new URL('./store-code.lua', import.meta.url));
const redeemCode = new LuaScript<Redemption>(new URL('./redeem-code.lua', import.meta.url));
const discardCode = new LuaScript(new URL('./discard-code.lua', import.meta.url));

/** The one live code of each address, hashed. Errors are the Redis client's. */
export class RedisCodeStore {
  readonly #redis: Redis;
  readonly #ttlMs: number;
  readonly #attempts: number;

  constructor(redis: Redis, { ttlMs, attempts }: { ttlMs: number; attempts: number }) {
    this.#redis = redis;
    this.#ttlMs = ttlMs;
    this.#attempts = attempts;
  }

  /** Stores a code in place of the address's former one. */
  async put(address: string, hash: string, purpose: CodePurpose): Promise<void> {
    await storeCode.run(this.#redis, [key(address)], [hash, purpose, this.#ttlMs]);
  }

  async redeem(address: string, hash: string, purpose: CodePurpose): Promise<Redemption> {
    return redeemCode.run(this.#redis, [key(address)], [hash, purpose, this.#attempts]);
  }

  /** Removes that code, if it is still the address's. */
  async discard(address: string, hash: string): Promise<void> {
    await discardCode.run(this.#redis, [key(address)], [hash]);
  }
}

const key = (address: string): string => `verify:code:${address}`;
