import { everybody, limits } from '@berth/wire';
import type { SeenReader } from '../log/seen-reader.ts';
import type { ConversationRow } from '../membership/conversation-rows.ts';
import type { VisibleSeqs } from '../membership/visible-seqs.ts';
import { inChunks } from '../stores/chunks.ts';
import type { Database } from '../stores/guarded-mysql.ts';
import type { MysqlHiddenMessages } from './mysql-hidden-messages.ts';

/** A conversation as a user sees it, and up to where they have read it. */
interface Reading {
  row: ConversationRow;
  visible: VisibleSeqs;
  mark: number;
}

/** Who is mentioned where, as it is read. */
export class MysqlMentions {
  readonly #mysql: Database;
  readonly #hidden: MysqlHiddenMessages;
  readonly #seen: SeenReader;

  constructor({
    mysql,
    hidden,
    seen,
  }: {
    mysql: Database;
    hidden: MysqlHiddenMessages;
    seen: SeenReader;
  }) {
    this.#mysql = mysql;
    this.#hidden = hidden;
    this.#seen = seen;
  }

  /** By conversation the oldest unread messages that mean the user; asked only where a newer one than the mark means anybody. */
  async unread(user: number, readings: readonly Reading[]): Promise<Map<number, number[]>> {
    const found = new Map<number, number[]>();
    const pieces = readings.flatMap(({ row, visible, mark }) =>
      row.mentioned > mark ? visible.above(mark).map((piece) => ({ ...piece, id: row.id })) : [],
    );
    await inChunks(pieces, 32, async (chunk) => {
      const each = `(SELECT DISTINCT conversation_id, seq FROM mentions FORCE INDEX (PRIMARY)
        WHERE conversation_id = ? AND user_id IN (?, ${everybody}) AND seq > ? AND seq <= ?
        ORDER BY seq LIMIT ${limits.maxToldMentions})`;
      // What one says to everybody, oneself included, is no news for oneself.
      const rows = await this.#mysql.rows<{ conversation_id: number; seq: number }>(
        `SELECT STRAIGHT_JOIN found.conversation_id, found.seq
         FROM (${Array(chunk.length).fill(each).join(' UNION ')}) AS found
         JOIN messages FORCE INDEX (PRIMARY)
           ON messages.conversation_id = found.conversation_id AND messages.seq = found.seq
         WHERE messages.sender_id <> ?`,
        [...chunk.flatMap(({ id, after, upTo }) => [id, user, after, upTo]), user],
      );
      for (const { conversation_id, seq } of rows) {
        const seqs = found.get(conversation_id);
        if (seqs === undefined) found.set(conversation_id, [seq]);
        else seqs.push(seq);
      }
    });
    const byId = new Map(readings.map((reading) => [reading.row.id, reading]));
    for (const [id, seqs] of found) {
      const { row, visible } = byId.get(id)!;
      const page = await this.#then(
        id,
        user,
        seqs.sort((a, b) => a - b),
        visible,
      );
      const left = await this.#hidden.without(row, user, page);
      found.set(
        id,
        left.slice(0, limits.maxToldMentions).map(({ seq }) => seq),
      );
    }
    return found;
  }

  /** Of those that mean the user now those that did so then. */
  async #then(
    conversation: number,
    user: number,
    seqs: readonly number[],
    visible: VisibleSeqs,
  ): Promise<readonly { seq: number }[]> {
    if (visible.upTo === undefined) return seqs.map((seq) => ({ seq }));
    const stored = await this.#seen.readSeqs(conversation, seqs, visible);
    return stored
      .map(({ message }) => message)
      .filter(({ mentions = [] }) => mentions.some((one) => one.user === user || one.user === everybody));
  }
}
