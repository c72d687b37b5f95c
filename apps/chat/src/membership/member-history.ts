import { inChunks } from '../stores/chunks.ts';
import type { Database } from '../stores/guarded-mysql.ts';
import { marks } from '../stores/statement-shapes.ts';
import { type Interval, VisibleSeqs } from './visible-seqs.ts';

interface IntervalRow {
  conversation_id: number;
  joined_seq: number;
  left_seq: number;
}

/** Of users in one conversation what they saw before their newest stay. */
export async function readEarlier(
  mysql: Database,
  conversation: number,
  users: readonly number[],
): Promise<Map<number, Interval[]>> {
  const found = new Map<number, Interval[]>();
  await inChunks(users, 512, async (chunk) => {
    const rows = await mysql.rows<IntervalRow & { user_id: number }>(
      `SELECT user_id, joined_seq, left_seq FROM member_intervals
       WHERE conversation_id = ? AND user_id IN (${marks(chunk.length)})`,
      [conversation, ...chunk],
    );
    for (const { user_id, joined_seq: after, left_seq: upTo } of rows)
      found.set(user_id, [...(found.get(user_id) ?? []), { after, upTo }]);
  });
  return found;
}

interface Tenure {
  joinedSeq: number;
  leftSeq: number | undefined;
}

/** What a user may see of conversations that the user is, or was, a member of. */
export class MemberHistory {
  readonly #mysql: Database;

  constructor(mysql: Database) {
    this.#mysql = mysql;
  }

  async visible(conversation: number, user: number, member: Tenure, head: number): Promise<VisibleSeqs> {
    const all = await this.visibleAmong(user, [{ conversation, member, head }]);
    return all.get(conversation)!;
  }

  /** The same of many conversations of one user. */
  async visibleAmong(
    user: number,
    conversations: readonly { conversation: number; member: Tenure; head: number }[],
  ): Promise<Map<number, VisibleSeqs>> {
    // Nothing was there to be seen before one who joined at 0.
    const later = conversations.filter(({ member }) => member.joinedSeq > 0);
    const earlier = await this.#earlier(
      user,
      later.map(({ conversation }) => conversation),
    );
    return new Map(
      conversations.map(({ conversation, member, head }) => [
        conversation,
        new VisibleSeqs(member, earlier.get(conversation) ?? [], head),
      ]),
    );
  }

  async #earlier(user: number, conversations: readonly number[]): Promise<Map<number, Interval[]>> {
    const found = new Map<number, Interval[]>();
    await inChunks(conversations, 512, async (chunk) => {
      const rows = await this.#mysql.rows<IntervalRow>(
        `SELECT conversation_id, joined_seq, left_seq FROM member_intervals
         WHERE conversation_id IN (${marks(chunk.length)}) AND user_id = ?`,
        [...chunk, user],
      );
      for (const { conversation_id, joined_seq, left_seq } of rows) {
        const interval = { after: joined_seq, upTo: left_seq };
        found.set(conversation_id, [...(found.get(conversation_id) ?? []), interval]);
      }
    });
    return found;
  }
}
