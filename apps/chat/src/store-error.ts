import { DeadlineError, jittered } from '@berth/lifecycle';
import { isServerError, isTransient } from '@berth/mysql';
import { BerthError } from '@berth/wire';
import { isServerAway } from './messages/write-failure.ts';

/**
 * What a caller is told when a store fails: `deadline` when it is not known what was done, `unavailable` when nothing
 * was because the server is away or busy. Everything else is a fault of ours and stays what it is.
 */
export function storeErrorOf(thrown: unknown): unknown {
  if (!(thrown instanceof Error) || thrown instanceof BerthError) return thrown;
  const options = { retryAfterMs: jittered(1_000), cause: thrown };
  if (thrown instanceof DeadlineError || 'commitUnknown' in thrown) {
    return new BerthError('deadline', undefined, options);
  }
  if (isTransient(thrown) || isUnreachable(thrown) || (isServerError(thrown) && isServerAway(thrown))) {
    return new BerthError('unavailable', undefined, options);
  }
  return thrown;
}

/** Errors of sockets and of the pool: refused, reset, closed, or too many calls waiting for a connection. */
const isUnreachable = (error: Error): boolean =>
  'syscall' in error ||
  ('fatal' in error && error.fatal === true) ||
  /^(Queue limit reached|Pool is closed)/.test(error.message);
