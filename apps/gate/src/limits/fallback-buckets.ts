import type { Bucket, Taking, TokenBuckets } from './token-bucket.ts';

/** The first buckets, or while they fail the second: a limit per replica is better than none, and than no log-ins. */
export class FallbackTokenBuckets implements TokenBuckets {
  readonly #first: TokenBuckets;
  readonly #second: TokenBuckets;

  constructor(first: TokenBuckets, second: TokenBuckets) {
    this.#first = first;
    this.#second = second;
  }

  async take(buckets: Bucket[]): Promise<Taking> {
    try {
      return await this.#first.take(buckets);
    } catch {
      return this.#second.take(buckets);
    }
  }
}
