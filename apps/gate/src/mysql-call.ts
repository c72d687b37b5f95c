import { backoffMs, type Circuit, CircuitOpenError, DeadlineError, withDeadline } from '@berth/lifecycle';
import { isServerAway, isServerError, isTransient } from '@berth/mysql';
import { BerthError } from '@berth/wire';

/** Longer than any of gate's statements takes, a new connection included, on a database that is well but busy. */
const deadlineMs = 6_000;

/** Whether an error means that MySQL is away, rather than that it refused a statement. */
export const isMysqlAway = (error: unknown): boolean =>
  !(error instanceof BerthError) && (!isServerError(error) || isTransient(error) || isServerAway(error));

/**
 * A call to MySQL with a deadline and a circuit. What the server says of a statement is passed on (it is the caller's or a
 * fault); everything else becomes BerthError `unavailable`, or `deadline` for a write whose outcome is not known.
 */
export async function mysqlCall<T>(
  circuit: Circuit,
  call: () => Promise<T>,
  { isWrite = false } = {},
): Promise<T> {
  try {
    return await circuit.run(() => withDeadline(call(), deadlineMs, 'MySQL'));
  } catch (cause) {
    if (!isMysqlAway(cause)) throw cause;
    const isUnknown =
      isWrite &&
      !(cause instanceof CircuitOpenError) &&
      (cause instanceof DeadlineError || wasCommitting(cause));
    throw new BerthError(isUnknown ? 'deadline' : 'unavailable', undefined, {
      cause,
      retryAfterMs: 1_000 + backoffMs(0, { baseMs: 2_000 }),
    });
  }
}

const wasCommitting = (error: unknown): boolean =>
  error instanceof Error && 'commitUnknown' in error && error.commitUnknown === true;
