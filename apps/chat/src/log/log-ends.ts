import type { Tx } from '@berth/mysql';
import {
  type ConversationRow,
  conversationColumns,
  conversationRowOf,
  type StoredConversationRow,
} from '../membership/conversation-rows.ts';
import { inChunks } from '../stores/chunks.ts';
import { marks } from '../stores/statement-shapes.ts';

/** The end of a conversation's log, and who its members were there: of one moment. */
export interface LogEnd {
  /** 0 while nothing was appended. */
  seq: number;
  /** Entries up to it that no person counts. */
  uncounted: number;
  /** `sentAt` of the newest entry that shows; 0 when there is none. */
  at: number;
  membersVersion: number;
}

/** A conversation with the end of its log. */
export interface LoggedConversation extends ConversationRow {
  head: number;
  /** Of the entries up to the head those that no person counts. */
  uncounted: number;
  /** `sentAt` of the newest entry that shows; 0 when there is none. */
  lastAt: number;
}

/** Of a conversation its version, and of its log the last entry. */
interface EndRow {
  is_entry: number;
  id: number;
  /** The members' version, or the seq. */
  number: number;
  uncounted: number;
  sent_at: number;
}

interface HintedRow extends StoredConversationRow {
  hint_seq: number;
  hint_uncounted: number;
  hint_at: number;
  next_seq: number | null;
}

/**
 * A SELECT for each, of one table, so that each is one descent of the primary key: what is joined to the conversation, or asked in
 * a subquery, is read whole and sorted. All of one statement, hence of one moment.
 */
const endsOf = (count: number): string =>
  [
    `(SELECT 0 AS is_entry, id, members_version AS number, CAST(0 AS UNSIGNED) AS uncounted,
        CAST(0 AS UNSIGNED) AS sent_at
      FROM conversations FORCE INDEX (PRIMARY) WHERE id IN (${marks(count)}))`,
    ...Array(count).fill(
      `(SELECT 1, conversation_id, seq, uncounted, sent_at FROM messages FORCE INDEX (PRIMARY)
        WHERE conversation_id = ? ORDER BY seq DESC LIMIT 1)`,
    ),
  ].join(' UNION ALL ');

/** The ends of the logs of those conversations that exist. */
export async function readLogEnds(db: Tx, ids: readonly number[]): Promise<Map<number, LogEnd>> {
  const ends = new Map<number, LogEnd>();
  await inChunks(ids, 32, async (chunk) => {
    const rows = await db.rows<EndRow>(endsOf(chunk.length), [...chunk, ...chunk]);
    for (const { is_entry, id, number } of rows)
      if (is_entry === 0) ends.set(id, { seq: 0, uncounted: 0, at: 0, membersVersion: number });
    for (const { is_entry, id, number, uncounted, sent_at } of rows) {
      const end = ends.get(id);
      if (is_entry === 1 && end !== undefined) Object.assign(end, { seq: number, uncounted, at: sent_at });
    }
  });
  return ends;
}

/** Of conversations, each with an entry that its log may end with, those whose log goes on behind it: one look-up for each. */
export async function readGoneOn(
  db: Tx,
  places: readonly { conversation: number; seq: number }[],
): Promise<number[]> {
  const gone = new Set<number>();
  await inChunks(places, 512, async (chunk) => {
    const rows = await db.rows<{ id: number }>(
      `SELECT conversation_id AS id FROM messages FORCE INDEX (PRIMARY)
       WHERE (conversation_id, seq) IN (${Array(chunk.length).fill('(?,?)').join(',')})`,
      chunk.flatMap(({ conversation, seq }) => [conversation, seq + 1]),
    );
    for (const { id } of rows) gone.add(id);
  });
  return [...gone];
}

/**
 * The conversations that exist, each with the end of its log. A hint says where a reader found the end last: since a log
 * has no holes, it is the end as long as nothing follows it, and one look-up by primary key tells. `onFound` hears of the
 * ends of those that have gone on since.
 */
export async function readLogged(
  db: Tx,
  ids: readonly number[],
  onFound: (conversation: number, end: LogEnd) => void,
): Promise<Map<number, LoggedConversation>> {
  const found = new Map<number, LoggedConversation>();
  const gone: number[] = [];
  const named = conversationColumns.replaceAll(/\w+/g, 'c.$&');
  await inChunks(ids, 512, async (chunk) => {
    const rows = await db.rows<HintedRow>(
      `SELECT ${named}, c.hint_seq, c.hint_uncounted, c.hint_at, e.seq AS next_seq
       FROM conversations c LEFT JOIN messages e FORCE INDEX (PRIMARY)
         ON e.conversation_id = c.id AND e.seq = c.hint_seq + 1
       WHERE c.id IN (${marks(chunk.length)})`,
      chunk,
    );
    for (const row of rows) {
      const { hint_seq: head, hint_uncounted: uncounted, hint_at: lastAt } = row;
      found.set(row.id, { ...conversationRowOf(row), head, uncounted, lastAt });
      if (row.next_seq !== null) gone.push(row.id);
    }
  });
  const ends = await readLogEnds(db, gone);
  for (const [id, logEnd] of ends) {
    const { seq: head, uncounted, at: lastAt, membersVersion } = logEnd;
    found.set(id, { ...found.get(id)!, head, uncounted, lastAt, membersVersion });
    onFound(id, logEnd);
  }
  return found;
}
