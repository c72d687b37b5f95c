/** A bucket that fills steadily; its name is the key under which it is kept. */
export interface Bucket {
  key: string;
  /** Tokens when full. */
  burst: number;
  /** Tokens that come back each minute. */
  perMinute: number;
}

export interface BucketState {
  tokens: number;
  /** When the tokens were counted, in milliseconds. */
  at: number;
}

/** What came of taking one token from each of some buckets. */
export interface Taking {
  /** False: one of them was empty, and nothing was taken. */
  isTaken: boolean;
  /** Milliseconds until all of them have a token; 0 when taken. */
  waitMs: number;
  /** Tokens left in each, in their order. */
  left: number[];
}

/** Kept in Redis for all replicas, or in this process while Redis is away. */
export interface TokenBuckets {
  /** Takes one token from each, or none when one is empty. */
  take(buckets: Bucket[]): Promise<Taking>;
}

/** The state now: what came back since is added, up to the burst. A clock that went back adds nothing. */
export function refill(state: BucketState | undefined, bucket: Bucket, now: number): BucketState {
  if (!state) return { tokens: bucket.burst, at: now };
  const gained = (Math.max(0, now - state.at) * bucket.perMinute) / 60_000;
  return { tokens: Math.min(bucket.burst, state.tokens + gained), at: Math.max(now, state.at) };
}

/** Milliseconds until the bucket has a whole token. */
export const untilNext = (state: BucketState, bucket: Bucket): number =>
  state.tokens >= 1 ? 0 : Math.ceil(((1 - state.tokens) * 60_000) / bucket.perMinute);

/** After this long an untouched bucket is full again and may be forgotten. */
export const forgetMs = (bucket: Bucket): number =>
  Math.ceil((bucket.burst * 60_000) / bucket.perMinute) + 1_000;
