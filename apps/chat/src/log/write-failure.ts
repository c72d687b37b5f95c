import { isConnectionBroken, isDuplicateKey, isTransient } from '@berth/mysql';
import { CommitUnknownError } from './message-store.ts';

/** Why a batch was not stored, by what is to be done about it. */
export type WriteFailure =
  /** The answer of COMMIT was lost: look every message up. */
  | 'unknown'
  /** A cid is stored already, unmarked: look every message up. */
  | 'duplicate'
  /** Someone else holds a row: leave that conversation out. */
  | 'lock-timeout'
  /** Rolled back by the server: try again. */
  | 'deadlock'
  /** No server, or one that takes no writes for now: wait for it. */
  | 'away'
  /** The server refuses something in the batch. */
  | 'refused';

/**
 * Server errors that speak of the server and not of the statement: too many connections (1040, 1203, 1226), disk or
 * table space full (1021, 1114), shutting down (1053), read only (1290, 1836, 3032), interrupted or killed (1317, 1927,
 * 3024), closed for idleness (4031).
 */
const awayErrnos = new Set([1021, 1040, 1053, 1114, 1203, 1226, 1290, 1317, 1836, 1927, 3024, 3032, 4031]);

const errnoOf = (error: unknown): number | undefined => (error as { errno?: number } | undefined)?.errno;

/** The server answered that it takes no statements, or no writes, for now. */
export const isServerAway = (error: unknown): boolean => awayErrnos.has(errnoOf(error) ?? 0);

export function writeFailureOf(error: unknown): WriteFailure {
  if (error instanceof CommitUnknownError) return 'unknown';
  if (isDuplicateKey(error, 'messages_cid')) return 'duplicate';
  if (isConnectionBroken(error) || isServerAway(error)) return 'away';
  if (!isTransient(error)) return 'refused';
  return errnoOf(error) === 1205 ? 'lock-timeout' : 'deadlock';
}
