import { createHash } from 'node:crypto';
import { isDuplicateKey, type Statement, type Tx } from '@berth/mysql';
import type { EntryDetails, EntryKind } from '@berth/wire';
import { entryKinds, isChange } from './entry-kinds.ts';

/** What happened in a conversation beside messages: who did it, and to whom or what. */
export interface NewEntry {
  kind: Exclude<EntryKind, 'text'>;
  sender: number;
  /** What its maker calls it; without, it has a name of ours. */
  cid?: string;
  /** Who made it, when it is in another one's name: nobody is told. */
  maker?: number;
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

/** Of clients a cid is text in UTF-8, in which these bytes do not occur: what we name, changes that clients name, and those of a maker who is not told. */
const ours = 0xff;
const theirs = 0xfe;
const untold = 0xfd;

/** As it stands in the log: what a client calls a change. With `maker` two makers may call theirs the same, and nobody can read whose it is. */
export function changeName(cid: string, maker?: number): Buffer {
  if (maker === undefined) {
    const name = Buffer.allocUnsafe(1 + Buffer.byteLength(cid));
    name[0] = theirs;
    name.write(cid, 1);
    return name;
  }
  const hash = createHash('sha256').update(`${maker} ${cid}`).digest();
  return Buffer.concat([Buffer.of(untold), hash.subarray(0, 24)]);
}

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
    const [end] = await tx.rows<EndRow>(endSelect, [conversation]);
    appended.push({ ...entry, seq: end!.seq, uncounted: end!.uncounted, sentAt: end!.sent_at });
  }
  return appended;
}

/** The end of a log, as `endSelect` and `endsSelect` find it. */
export interface EndRow {
  conversation_id: number;
  seq: number;
  uncounted: number;
  sent_at: number;
}

const endSelect = `SELECT conversation_id, seq, uncounted, sent_at FROM messages FORCE INDEX (PRIMARY)
  WHERE conversation_id = ? ORDER BY seq DESC LIMIT 1`;

/** The ends of the logs of some conversations: of each one descent of the primary key. */
export const endsSelect = (conversations: readonly number[]): Statement => ({
  sql: conversations.length === 1 ? endSelect : conversations.map(() => `(${endSelect})`).join(' UNION ALL '),
  params: conversations,
});

/** Changes of messages where `appendEntries` would have put them, unless somebody appends first: then they violate the primary key. */
export function entriesBehind(entries: readonly (AppendedEntry & { conversation: number })[]): Statement {
  return {
    sql: `INSERT INTO messages (conversation_id, seq, kind, uncounted, sender_id, cid, sent_at, text)
      VALUES ${entries.map(() => '(?, ?, ?, ?, ?, ?, ?, ?)').join(', ')}`,
    params: entries.flatMap(({ conversation, seq, kind, uncounted, sender, cid, maker, sentAt, details }) => {
      const name =
        cid === undefined
          ? Buffer.concat([Buffer.of(ours), Buffer.from(String(seq))])
          : changeName(cid, maker);
      const number = entryKinds.indexOf(kind);
      return [conversation, seq, number, uncounted, sender, name, sentAt, JSON.stringify(details)];
    }),
  };
}

async function appendOne(
  tx: Tx,
  conversation: number,
  { kind, sender, cid, maker, details }: NewEntry,
  now: number,
): Promise<void> {
  // What shows nothing at the end has the time of what stands before it: the list is in the order of what shows.
  const isQuiet = kind === 'fence' || isChange(kind);
  const name = cid === undefined ? "CONCAT(X'FF', COALESCE(MAX(seq), 0) + 1)" : '?';
  for (let attempt = 1; ; attempt++) {
    try {
      await tx.run(
        `INSERT INTO messages (conversation_id, seq, kind, uncounted, sender_id, cid, sent_at, text)
         SELECT ?, COALESCE(MAX(seq), 0) + 1, ?, COALESCE(MAX(uncounted), 0) + 1, ?,
           ${name}, GREATEST(?, COALESCE(MAX(sent_at), 0) * ?), ?
         FROM (SELECT seq, uncounted, sent_at FROM messages FORCE INDEX (PRIMARY)
           WHERE conversation_id = ? ORDER BY seq DESC LIMIT 1) AS last`,
        [
          conversation,
          entryKinds.indexOf(kind),
          sender,
          ...(cid === undefined ? [] : [changeName(cid, maker)]),
          isQuiet ? 0 : now,
          isQuiet ? 1 : 0,
          JSON.stringify(details),
          conversation,
        ],
      );
      return;
    } catch (error) {
      // It undoes its statement alone: somebody appended first, and is behind us now.
      if (attempt >= maxAttempts || !isDuplicateKey(error) || isDuplicateKey(error, 'messages_cid'))
        throw error;
    }
  }
}
