import { DeadlineError } from '@berth/lifecycle';

/** The server would acknowledge commits that a crash can undo. */
export class DurabilityError extends Error {
  override readonly name = 'DurabilityError';
}

/**
 * The server's number of an error, undefined when it is not the server's. The driver has it in `errno`, and for what a
 * server says of itself on an idle connection (4031, 1053, 1927) in `code`; from 6000 on there is no `code` at all.
 */
export function errnoOf(error: unknown): number | undefined {
  if (!(error instanceof Error)) return undefined;
  const { errno, code } = error as { errno?: unknown; code?: unknown };
  // Errors of sockets have a negative `errno` of the operating system.
  return [errno, code].find((number): number is number => typeof number === 'number' && number > 0);
}

/** 1213 deadlock, 1205 lock wait time-out: the transaction was rolled back and may be tried again. */
export function isTransient(error: unknown): boolean {
  const errno = errnoOf(error);
  return errno === 1213 || errno === 1205;
}

/** 1062 for the key named (as the server names it: `table.key` or `key`), or for any key. */
export function isDuplicateKey(error: unknown, key?: string): boolean {
  if (errnoOf(error) !== 1062) return false;
  return key === undefined || (error as Error).message.includes(key);
}

/** Errors that the server answered with (a state is set): the connection itself is sound. */
export const isServerError = (error: unknown): boolean =>
  error instanceof Error &&
  'sqlState' in error &&
  typeof error.sqlState === 'string' &&
  !('fatal' in error && error.fatal === true);

/**
 * An error of a connection that was not to be had: what a server says to who is not let in (a password that is being changed,
 * a locked account, too many connections) is no answer to a statement, and means that there is no server for us.
 */
export const notLetIn = (error: unknown): unknown =>
  isServerError(error) ? Object.assign(error as Error, { fatal: true }) : error;

const readOnlyErrnos = new Set([1290, 1792, 1836, 3032]);

/** The server takes no writes: after a fail-over it is the one that is no longer the writer. */
export const isReadOnly = (error: unknown): boolean => readOnlyErrnos.has(errnoOf(error) ?? 0);

/**
 * Server errors that speak of the server and not of the statement: too many connections (1040, 1203, 1226), disk or
 * table space full (1021, 1114), shutting down (1053), no more prepared statements (1461), interrupted or killed (1317,
 * 1927, 3024), closed for idleness (4031), a password that has expired (1820).
 */
const awayErrnos = new Set([1021, 1040, 1053, 1114, 1203, 1226, 1317, 1461, 1820, 1927, 3024, 4031]);

/** The server answered that it takes no statements, or no writes, for now. */
export const isServerAway = (error: unknown): boolean =>
  awayErrnos.has(errnoOf(error) ?? 0) || isReadOnly(error);

/**
 * The connection is not to be used any more: it was lost, what it still answers is no longer waited for, or it leads to
 * a server that takes no writes, while a new one finds the writer.
 */
export const isConnectionBroken = (error: unknown): boolean =>
  isReadOnly(error) ||
  error instanceof DeadlineError ||
  error instanceof DurabilityError ||
  (error instanceof Error &&
    (('fatal' in error && error.fatal === true) || 'syscall' in error || 'commitUnknown' in error));
