export interface SendRatesOptions {
  perSecond: number;
  burst: number;
  /** Milliseconds of a monotonic clock. Default `performance.now`. */
  now?: () => number;
}

interface Bucket {
  tokens: number;
  at: number;
}

/** After so many takes the buckets that are full again are forgotten. */
const takesBetweenSweeps = 10_000;

/** A token bucket for each user of this node. */
export class SendRates {
  readonly #perSecond: number;
  readonly #burst: number;
  readonly #now: () => number;
  readonly #buckets = new Map<number, Bucket>();
  #takes = 0;

  constructor({ perSecond, burst, now = () => performance.now() }: SendRatesOptions) {
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#now = now;
  }

  /** Takes a token. 0 when there was one, else the milliseconds until the next. */
  take(user: number): number {
    const now = this.#now();
    if (++this.#takes % takesBetweenSweeps === 0) this.#sweep(now);
    const bucket = this.#buckets.get(user) ?? { tokens: this.#burst, at: now };
    bucket.tokens = this.#tokensAt(bucket, now);
    bucket.at = now;
    this.#buckets.set(user, bucket);
    if (bucket.tokens < 1) return Math.ceil(((1 - bucket.tokens) / this.#perSecond) * 1_000);
    bucket.tokens -= 1;
    return 0;
  }

  #tokensAt(bucket: Bucket, now: number): number {
    return Math.min(this.#burst, bucket.tokens + ((now - bucket.at) / 1_000) * this.#perSecond);
  }

  #sweep(now: number): void {
    for (const [user, bucket] of this.#buckets) {
      if (this.#tokensAt(bucket, now) >= this.#burst) this.#buckets.delete(user);
    }
  }
}
