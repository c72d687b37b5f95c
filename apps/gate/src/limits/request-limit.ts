import { BerthError } from '@berth/wire';
import type { TokenBuckets } from './token-bucket.ts';

/** How many requests a client network may make; a minute's worth at once at most. */
export class RequestLimit {
  readonly #buckets: TokenBuckets;
  readonly #perMinute: number;

  constructor(buckets: TokenBuckets, perMinute: number) {
    this.#buckets = buckets;
    this.#perMinute = perMinute;
  }

  /** Throws BerthError `rate_limited`. */
  async take(network: string): Promise<void> {
    const { isTaken, waitMs } = await this.#buckets.take([
      { key: `gate:requests:${network}`, burst: this.#perMinute, perMinute: this.#perMinute },
    ]);
    if (!isTaken) {
      throw new BerthError('rate_limited', 'Too many requests from your network; try again soon.', {
        retryAfterMs: waitMs,
      });
    }
  }
}
