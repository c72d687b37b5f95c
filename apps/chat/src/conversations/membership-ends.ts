import type { Tx } from '@berth/mysql';
import { type LogEnd, readLogEnds } from '../log/log-ends.ts';
import { type MemberKey, memberKey } from '../membership/member-rows.ts';
import { inChunks } from '../stores/chunks.ts';
import type { Membership } from './live-queries.ts';

interface StoredRow {
  conversation_id: number;
  user_id: number;
  joined_seq: number;
  members_version: number;
  hint_seq: number;
  hint_at: number;
  next_seq: number | null;
}

/**
 * Of each pair that is a member now what a session has to know, by `memberKey`: membership, version and end of the log of one moment.
 * An end that the hint does not tell is newer than the version. `onFound` hears of those.
 */
export async function readMemberships(
  db: Tx,
  keys: readonly MemberKey[],
  onFound: (conversation: number, end: LogEnd) => void,
): Promise<Map<string, Membership>> {
  const found = new Map<string, Membership>();
  const gone = new Map<number, Membership[]>();
  await inChunks(keys, 128, async (chunk) => {
    const any = Array(chunk.length).fill('(m.conversation_id = ? AND m.user_id = ?)').join(' OR ');
    const rows = await db.rows<StoredRow>(
      `SELECT STRAIGHT_JOIN m.conversation_id, m.user_id, m.joined_seq, c.members_version, c.hint_seq, c.hint_at, e.seq AS next_seq
       FROM members m FORCE INDEX (PRIMARY)
         JOIN conversations c FORCE INDEX (PRIMARY) ON c.id = m.conversation_id
         LEFT JOIN messages e FORCE INDEX (PRIMARY) ON e.conversation_id = m.conversation_id AND e.seq = c.hint_seq + 1
       WHERE m.left_seq IS NULL AND (${any})`,
      chunk.flatMap(({ conversation, user }) => [conversation, user]),
    );
    for (const row of rows) {
      const membership = {
        conversation: row.conversation_id,
        membersVersion: row.members_version,
        head: row.hint_seq,
        lastAt: row.hint_at,
        joinedSeq: row.joined_seq,
      };
      found.set(memberKey(row.conversation_id, row.user_id), membership);
      if (row.next_seq === null) continue;
      const others = gone.get(row.conversation_id);
      if (others === undefined) gone.set(row.conversation_id, [membership]);
      else others.push(membership);
    }
  });
  for (const [conversation, end] of await readLogEnds(db, [...gone.keys()])) {
    for (const membership of gone.get(conversation)!) {
      membership.head = end.seq;
      membership.lastAt = end.at;
    }
    onFound(conversation, end);
  }
  return found;
}
