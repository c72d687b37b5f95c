import { backoffMs } from '@berth/lifecycle';
import { BerthError } from '@berth/wire';

/** Runs a call to Redis; when it fails BerthError `unavailable`, with the failure as its cause. */
export async function redisCall<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (cause) {
    throw new BerthError('unavailable', undefined, {
      cause,
      retryAfterMs: 1_000 + backoffMs(0, { baseMs: 2_000 }),
    });
  }
}
