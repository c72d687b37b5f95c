import { errnoOf, isConnectionBroken, isServerAway, isTransient } from '@berth/mysql';
import { duplicateEntryOf } from './duplicate-entry.ts';
import { CommitUnknownError } from './message-store.ts';

/** Why a batch was not stored, by what is to be done about it. */
export type WriteFailure =
  /** The answer of COMMIT was lost: look every message up. */
  | 'unknown'
  /** A cid is stored already, unmarked: look every message up. */
  | 'duplicate'
  /** Somebody appended without a lock meanwhile: try again. */
  | 'conflict'
  /** Someone else holds a row: leave that conversation out. */
  | 'lock-timeout'
  /** Rolled back by the server: try again. */
  | 'deadlock'
  /** No server, or one that takes no writes for now: wait for it. */
  | 'away'
  /** The server refuses something in the batch. */
  | 'refused';

export function writeFailureOf(error: unknown): WriteFailure {
  if (error instanceof CommitUnknownError) return 'unknown';
  const duplicate = duplicateEntryOf(error);
  if (duplicate !== undefined) return duplicate.by === 'cid' ? 'duplicate' : 'conflict';
  if (isConnectionBroken(error) || isServerAway(error)) return 'away';
  if (!isTransient(error)) return 'refused';
  return errnoOf(error) === 1205 ? 'lock-timeout' : 'deadlock';
}
