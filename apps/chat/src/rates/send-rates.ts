import { TokenBucket } from './token-bucket.ts';

/** Users remembered at most; the one remembered longest is forgotten, and may start with a full bucket. */
const maxUsers = 100_000;

/** A token bucket of sends for each user, whatever the number of sessions on this node. */
export class SendRates {
  readonly #perSecond: number;
  readonly #burst: number;
  readonly #buckets = new Map<number, TokenBucket>();

  constructor({ perSecond, burst }: { perSecond: number; burst: number }) {
    this.#perSecond = perSecond;
    this.#burst = burst;
  }

  /** Users remembered. */
  get size(): number {
    return this.#buckets.size;
  }

  /** Takes a token at `nowMs` of a monotonic clock; 0, or the milliseconds until there is one. */
  take(user: number, nowMs: number): number {
    let bucket = this.#buckets.get(user);
    if (bucket === undefined) {
      bucket = new TokenBucket(this.#perSecond, this.#burst, nowMs);
      this.#buckets.set(user, bucket);
      if (this.#buckets.size > maxUsers) this.#buckets.delete(this.#buckets.keys().next().value!);
    }
    const result = bucket.take(nowMs);
    return result.taken ? 0 : result.retryAfterMs;
  }
}
