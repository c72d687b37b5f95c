import {
  type Bucket,
  type BucketState,
  refill,
  type Taking,
  type TokenBuckets,
  untilNext,
} from './token-bucket.ts';

/** Buckets of this process alone, the longest untouched forgotten beyond `maxBuckets` (default 100,000). */
export class MemoryTokenBuckets implements TokenBuckets {
  readonly #states = new Map<string, BucketState>();
  readonly #maxBuckets: number;
  readonly #now: () => number;

  constructor({ maxBuckets = 100_000, now = () => performance.now() } = {}) {
    this.#maxBuckets = maxBuckets;
    this.#now = now;
  }

  get size(): number {
    return this.#states.size;
  }

  async take(buckets: Bucket[]): Promise<Taking> {
    const now = this.#now();
    const states = buckets.map((bucket) => refill(this.#states.get(bucket.key), bucket, now));
    const waitMs = Math.max(0, ...states.map((state, index) => untilNext(state, buckets[index]!)));
    if (waitMs > 0) return { isTaken: false, waitMs, left: states.map(({ tokens }) => tokens) };
    for (const [index, { key }] of buckets.entries()) {
      const { tokens, at } = states[index]!;
      this.#states.delete(key);
      this.#states.set(key, { tokens: tokens - 1, at });
    }
    for (const key of this.#states.keys()) {
      if (this.#states.size <= this.#maxBuckets) break;
      this.#states.delete(key);
    }
    return { isTaken: true, waitMs: 0, left: states.map(({ tokens }) => tokens - 1) };
  }
}
