import { LuaScript, type Redis } from '@berth/redis';
import { type CodeFamily, type CodePurpose, codeFamilies, familyOf } from './code.ts';

export type Redemption = 'ok' | 'wrong' | 'expired';

/** A code as it stands in Redis: who reads it there, without the secret, cannot tell it. */
export interface StoredCode {
  hash: string;
  /** What it is derived from. */
  nonce: string;
}

const storeCode = new LuaScript<[hash: string, nonce: string]>(new URL('./store-code.lua', import.meta.url));
const redeemCode = new LuaScript<Redemption>(new URL('./redeem-code.lua', import.meta.url));
const discardCode = new LuaScript(new URL('./discard-code.lua', import.meta.url));
const markMailed = new LuaScript(new URL('./mark-mailed.lua', import.meta.url));

/** The one live code of each address and family. Errors are the Redis client's. */
export class RedisCodeStore {
  readonly #redis: Redis;
  readonly #ttlMs: number;
  readonly #attempts: number;

  constructor(redis: Redis, { ttlMs, attempts }: { ttlMs: number; attempts: number }) {
    this.#redis = redis;
    this.#ttlMs = ttlMs;
    this.#attempts = attempts;
  }

  /**
   * The code to be mailed: the address's live one, or `fresh` in its place where there is none that is still good for who
   * asks. `source`: a hash of where it was asked for; `isTold`: the address is mailed a code.
   */
  async put(
    address: string,
    fresh: StoredCode,
    { purpose, source, isTold }: { purpose: CodePurpose; source: string; isTold: boolean },
  ): Promise<StoredCode> {
    const [hash, nonce] = await storeCode.run(
      this.#redis,
      [keyOf(address, familyOf(purpose))],
      [fresh.hash, fresh.nonce, isTold ? 1 : 0, purpose, source, this.#ttlMs, this.#attempts],
    );
    return { hash, nonce };
  }

  /** `isKept`: a right code is not used up; a wrong one is an attempt all the same. */
  async redeem(
    address: string,
    hash: string,
    { purpose, source, isKept }: { purpose: 'register' | 'reset'; source: string; isKept: boolean },
  ): Promise<Redemption> {
    const keys = codeFamilies.map((family) => keyOf(address, family));
    return redeemCode.run(this.#redis, keys, [hash, purpose, this.#attempts, source, isKept ? 1 : 0]);
  }

  async isLive(address: string, family: CodeFamily, hash: string): Promise<boolean> {
    return (await this.#redis.hget(keyOf(address, family), 'hash')) === hash;
  }

  async wasMailed(address: string, family: CodeFamily, hash: string): Promise<void> {
    await markMailed.run(this.#redis, [keyOf(address, family)], [hash]);
  }

  /** Removes that code, if it is still the address's and was never mailed. */
  async discard(address: string, family: CodeFamily, hash: string): Promise<void> {
    await discardCode.run(this.#redis, [keyOf(address, family)], [hash]);
  }
}

const keyOf = (address: string, family: CodeFamily): string => `verify:code:{${address}}:${family}`;
