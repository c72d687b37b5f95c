import type { Circuit } from '@berth/lifecycle';
import { LuaScript, type Redis } from '@berth/redis';
import { type Bucket, forgetMs, type Taking, type TokenBuckets } from './token-bucket.ts';

/** Of scripts that take tokens among other things: `takeTokens(keys, args)`, `args` being those of `argumentsOf`. */
export const tokenBuckets = new URL('./token-buckets.lua', import.meta.url);

const takeTokens = new LuaScript<[taken: number, waitMs: number, ...left: string[]]>(
  new URL('./take-tokens.lua', import.meta.url),
  tokenBuckets,
);

/** Buckets of all replicas. The keys of one call must lie in one slot. Errors are the Redis client's. */
export class RedisTokenBuckets implements TokenBuckets {
  readonly #redis: Redis;
  readonly #circuit: Circuit;

  constructor(redis: Redis, circuit: Circuit) {
    this.#redis = redis;
    this.#circuit = circuit;
  }

  async take(buckets: Bucket[]): Promise<Taking> {
    const [taken, waitMs, ...left] = await this.#circuit.run(() =>
      takeTokens.run(
        this.#redis,
        buckets.map((bucket) => bucket.key),
        argumentsOf(buckets),
      ),
    );
    return { isTaken: taken === 1, waitMs, left: left.map(Number) };
  }
}

export const argumentsOf = (buckets: readonly Bucket[]): number[] =>
  buckets.flatMap((bucket) => [bucket.burst, bucket.perMinute, forgetMs(bucket)]);
