import type { SessionClaims } from '@berth/tokens';
import { BerthError } from '@berth/wire';
import type { Bucket, TokenBuckets } from './token-bucket.ts';

export interface RequestLimits {
  /** Of a client network, for requests without a session. */
  perAddressMinute: number;
  perSessionMinute: number;
  /** Of all sessions of an account together. */
  perAccountMinute: number;
}

/**
 * How many requests may be made; a minute's worth at once at most. Who shows a session is counted by it and by the account,
 * and not by the address, which thousands may share; everyone else, whoever shows a token that is none among them, by the
 * address.
 */
export class RequestLimit {
  readonly #buckets: TokenBuckets;
  readonly #limits: RequestLimits;

  constructor(buckets: TokenBuckets, limits: RequestLimits) {
    this.#buckets = buckets;
    this.#limits = limits;
  }

  /** Throws BerthError `rate_limited`. */
  async takeOfAddress(network: string): Promise<void> {
    const address = bucketOf(`gate:requests:${network}`, this.#limits.perAddressMinute);
    await this.#take([address], 'Too many requests from your network; try again soon.');
  }

  /** Throws BerthError `rate_limited`. */
  async takeOfSession({ user, session }: SessionClaims): Promise<void> {
    const account = `gate:{user:${user}}:requests`;
    const { perSessionMinute, perAccountMinute } = this.#limits;
    const buckets = [
      bucketOf(`${account}:${session}`, perSessionMinute),
      bucketOf(account, perAccountMinute),
    ];
    await this.#take(buckets, 'Too many requests; try again soon.');
  }

  async #take(buckets: Bucket[], message: string): Promise<void> {
    const { isTaken, waitMs } = await this.#buckets.take(buckets);
    if (!isTaken) throw new BerthError('rate_limited', message, { retryAfterMs: waitMs });
  }
}

const bucketOf = (key: string, perMinute: number): Bucket => ({ key, burst: perMinute, perMinute });
