import type { Message } from '@berth/wire';
import { inChunks } from '../stores/chunks.ts';
import type { Database } from '../stores/guarded-mysql.ts';
import { marks } from '../stores/statement-shapes.ts';

/** A conversation, and whether anybody has deleted a message of it for themselves. */
interface Hiding {
  id: number;
  hides: boolean;
}

/** Messages that users have deleted for themselves alone. */
export class MysqlHiddenMessages {
  readonly #mysql: Database;

  constructor(mysql: Database) {
    this.#mysql = mysql;
  }

  /** Doing it again changes nothing. */
  async hide(conversation: number, user: number, seqs: readonly number[]): Promise<void> {
    await this.#mysql.transaction(async (tx) => {
      await tx.run('UPDATE conversations SET hides = 1 WHERE id = ? AND hides = 0', [conversation]);
      await inChunks(seqs, 64, async (chunk) => {
        await tx.run(
          `INSERT IGNORE INTO hidden_messages (conversation_id, user_id, seq)
           VALUES ${Array(chunk.length).fill('(?, ?, ?)').join(',')}`,
          chunk.flatMap((seq) => [conversation, user, seq]),
        );
      });
    });
  }

  /** What is left of a page of one conversation for a user. */
  async without<T extends Pick<Message, 'seq'>>(
    { id, hides }: Hiding,
    user: number,
    page: readonly T[],
  ): Promise<readonly T[]> {
    const [first, last] = [page[0], page.at(-1)];
    if (!hides || first === undefined || last === undefined) return page;
    const rows = await this.#mysql.rows<{ seq: number }>(
      'SELECT seq FROM hidden_messages WHERE conversation_id = ? AND user_id = ? AND seq BETWEEN ? AND ?',
      [id, user, first.seq, last.seq],
    );
    const hidden = new Set(rows.map(({ seq }) => seq));
    return hidden.size === 0 ? page : page.filter(({ seq }) => !hidden.has(seq));
  }

  /** How many the user has, by conversation. */
  async counts(conversations: readonly Hiding[], user: number): Promise<Map<number, number>> {
    const found = new Map<number, number>();
    const ids = conversations.flatMap(({ id, hides }) => (hides ? [id] : []));
    await inChunks(ids, 64, async (chunk) => {
      const rows = await this.#mysql.rows<{ conversation_id: number; n: number }>(
        `SELECT conversation_id, COUNT(*) AS n FROM hidden_messages
         WHERE conversation_id IN (${marks(chunk.length)}) AND user_id = ? GROUP BY conversation_id`,
        [...chunk, user],
      );
      for (const { conversation_id, n } of rows) found.set(conversation_id, n);
    });
    return found;
  }
}
