import { isDuplicateKey, type Tx } from '@berth/mysql';
import type { EntryDetails, EntryKind } from '@berth/wire';
import { entryKinds } from './entry-kinds.ts';

/** What happened in a conversation beside messages: who did it, and to whom or what. */
export interface NewEntry {
  kind: Exclude<EntryKind, 'text'>;
  sender: number;
  details: EntryDetails;
}

/** An entry as it stands in the log, once its transaction is committed. */
export interface AppendedEntry extends NewEntry {
  seq: number;
  uncounted: number;
  sentAt: number;
}

/** Tries while others append faster; each is one statement. */
const maxAttempts = 200;

/** Of clients a cid is text in UTF-8, in which this byte does not occur. */
const cidPrefix = "X'FF'";

/**
 * Appends entries in the order given, behind whatever is there: seq, ordinal and row are settled by the statement that
 * inserts the first one, so that messages, which take no lock, cannot come between. The conversation's row must be locked,
 * and what the entries change belongs in the same transaction.
 */
export async function appendEntries(
  tx: Tx,
  conversation: number,
  entries: readonly NewEntry[],
  now: number,
): Promise<AppendedEntry[]> {
  const appended: AppendedEntry[] = [];
  for (const entry of entries) {
    await appendOne(tx, conversation, entry, now);
    const [end] = await tx.rows<{ seq: number; uncounted: number; sent_at: number }>(
      `SELECT seq, uncounted, sent_at FROM messages FORCE INDEX (PRIMARY)
       WHERE conversation_id = ? ORDER BY seq DESC LIMIT 1`,
      [conversation],
    );
    appended.push({ ...entry, seq: end!.seq, uncounted: end!.uncounted, sentAt: end!.sent_at });
  }
  return appended;
}

async function appendOne(
  tx: Tx,
  conversation: number,
  { kind, sender, details }: NewEntry,
  now: number,
): Promise<void> {
  // A fence shows nothing, so it has the time of what stands before it.
  const at = kind === 'fence' ? 0 : now;
  for (let attempt = 1; ; attempt++) {
    try {
      await tx.run(
        `INSERT INTO messages (conversation_id, seq, kind, uncounted, sender_id, cid, sent_at, text)
         SELECT ?, COALESCE(MAX(seq), 0) + 1, ?, COALESCE(MAX(uncounted), 0) + 1, ?,
           CONCAT(${cidPrefix}, COALESCE(MAX(seq), 0) + 1), GREATEST(?, COALESCE(MAX(sent_at), 0) * ?), ?
         FROM (SELECT seq, uncounted, sent_at FROM messages FORCE INDEX (PRIMARY)
           WHERE conversation_id = ? ORDER BY seq DESC LIMIT 1) AS last`,
        [
          conversation,
          entryKinds.indexOf(kind),
          sender,
          at,
          kind === 'fence' ? 1 : 0,
          JSON.stringify(details),
          conversation,
        ],
      );
      return;
    } catch (error) {
      // It undoes its statement alone: somebody appended first, and is behind us now.
      if (attempt >= maxAttempts || !isDuplicateKey(error)) throw error;
    }
  }
}
