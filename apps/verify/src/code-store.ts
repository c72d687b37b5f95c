import { LuaScript, type Redis } from '@berth/redis';
import { type CodeFamily, type CodePurpose, codeFamilies, familyOf } from './code.ts';

export type Redemption = 'ok' | 'wrong' | 'expired';

const storeCode = new LuaScript(new URL('./store-code.lua', import.meta.url));
const redeemCode = new LuaScript<Redemption>(new URL('./redeem-code.lua', import.meta.url));
const discardCode = new LuaScript(new URL('./discard-code.lua', import.meta.url));

/** The one live code of each address and family, hashed. Errors are the Redis client's. */
export class RedisCodeStore {
  readonly #redis: Redis;
  readonly #ttlMs: number;
  readonly #attempts: number;

  constructor(redis: Redis, { ttlMs, attempts }: { ttlMs: number; attempts: number }) {
    this.#redis = redis;
    this.#ttlMs = ttlMs;
    this.#attempts = attempts;
  }

  /** Stores a code in place of the address's former one. `source`: a hash of where it was asked for. */
  async put(address: string, hash: string, purpose: CodePurpose, source: string): Promise<void> {
    await storeCode.run(
      this.#redis,
      [keyOf(address, familyOf(purpose))],
      [hash, purpose, source, this.#ttlMs],
    );
  }

  async redeem(
    address: string,
    hash: string,
    purpose: 'register' | 'reset',
    source: string,
  ): Promise<Redemption> {
    const keys = codeFamilies.map((family) => keyOf(address, family));
    return redeemCode.run(this.#redis, keys, [hash, purpose, this.#attempts, source]);
  }

  /** Removes that code, if it is still the address's. */
  async discard(address: string, hash: string): Promise<void> {
    for (const family of codeFamilies) await discardCode.run(this.#redis, [keyOf(address, family)], [hash]);
  }
}

const keyOf = (address: string, family: CodeFamily): string => `verify:code:{${address}}:${family}`;
