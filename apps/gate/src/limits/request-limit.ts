import type { SessionClaims } from '@berth/tokens';
import { BerthError } from '@berth/wire';
import type { Bucket, Taking, TokenBuckets } from './token-bucket.ts';

export interface RequestLimits {
  /** Of a client network, for requests without a session. */
  perAddressMinute: number;
  perSessionMinute: number;
  /** Of all sessions of an account together. */
  perAccountMinute: number;
  /** Of a client network, for what is passed on to status for operators. */
  perOperatorMinute: number;
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
  async takeOfOperator(network: string): Promise<void> {
    const address = bucketOf(`gate:operators:${network}`, this.#limits.perOperatorMinute);
    const taking = await this.#buckets.take([address]);
    assertTaken(taking, 'Too many requests of operators from your network; try again soon.');
  }

  /** Throws BerthError `rate_limited`. */
  async takeOfAddress(network: string): Promise<void> {
    const address = bucketOf(`gate:requests:${network}`, this.#limits.perAddressMinute);
    assertTaken(await this.#buckets.take([address]), 'Too many requests from your network; try again soon.');
  }

  /** `take`: takes from both buckets, the session's and the account's. Throws BerthError `rate_limited`. */
  async takeOfSession<T extends Taking>(
    { user, session }: SessionClaims,
    take: (buckets: Bucket[]) => Promise<T>,
  ): Promise<T> {
    const account = `gate:{user:${user}}:requests`;
    const { perSessionMinute, perAccountMinute } = this.#limits;
    const taking = await take([
      bucketOf(`${account}:${session}`, perSessionMinute),
      bucketOf(account, perAccountMinute),
    ]);
    assertTaken(taking, 'Too many requests; try again soon.');
    return taking;
  }
}

function assertTaken({ isTaken, waitMs }: Taking, message: string): void {
  if (!isTaken) throw new BerthError('rate_limited', message, { retryAfterMs: waitMs });
}

const bucketOf = (key: string, perMinute: number): Bucket => ({ key, burst: perMinute, perMinute });
