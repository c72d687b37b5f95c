import { CircuitOpenError, DeadlineError, jittered } from '@berth/lifecycle';
import { isConnectionBroken, isServerAway, isTransient } from '@berth/mysql';
import { BerthError } from '@berth/wire';

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
  const isAway = thrown instanceof CircuitOpenError || isConnectionBroken(thrown) || isServerAway(thrown);
  if (isAway || isTransient(thrown) || isCrowded(thrown)) {
    return new BerthError('unavailable', undefined, options);
  }
  return thrown;
}

/** The pool is closed, or too many calls wait for a connection. */
const isCrowded = (error: Error): boolean => /^(Queue limit reached|Pool is closed)/.test(error.message);
