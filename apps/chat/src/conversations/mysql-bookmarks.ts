import { BerthError, limits } from '@berth/wire';
import type { Database } from '../stores/guarded-mysql.ts';

export interface Bookmark {
  conversation: number;
  seq: number;
  /** Milliseconds since 1970. */
  at: number;
}

/** Messages that users have marked for themselves: theirs, so they lie with the user and not with the conversation. */
export class MysqlBookmarks {
  readonly #mysql: Database;

  constructor(mysql: Database) {
    this.#mysql = mysql;
  }

  /** Doing it again changes nothing. Throws `limit_reached`. */
  async add(user: number, { conversation, seq, at }: Bookmark): Promise<void> {
    await this.#mysql.transaction(async (tx) => {
      const { affectedRows } = await tx.run(
        'INSERT IGNORE INTO bookmarks (user_id, conversation_id, seq, at) VALUES (?, ?, ?, ?)',
        [user, conversation, seq, at],
      );
      if (affectedRows === 0) return;
      const [row] = await tx.rows<{ n: number }>('SELECT COUNT(*) AS n FROM bookmarks WHERE user_id = ?', [
        user,
      ]);
      if (row!.n > limits.maxBookmarks)
        throw new BerthError('limit_reached', `at most ${limits.maxBookmarks} bookmarks are kept`);
    });
  }

  async remove(user: number, conversation: number, seq: number): Promise<void> {
    await this.#mysql.run('DELETE FROM bookmarks WHERE user_id = ? AND conversation_id = ? AND seq = ?', [
      ...[user, conversation, seq],
    ]);
  }

  /** The newest first, behind a place; of one conversation, when it is named. */
  async list(
    user: number,
    conversation: number | undefined,
    after: Bookmark | undefined,
    limit: number,
  ): Promise<Bookmark[]> {
    const only = conversation === undefined ? '' : 'AND conversation_id = ?';
    const behind = after === undefined ? '' : 'AND (at, conversation_id, seq) < (?, ?, ?)';
    return this.#mysql.rows<{ conversation: number; seq: number; at: number }>(
      `SELECT conversation_id AS conversation, seq, at FROM bookmarks WHERE user_id = ? ${only} ${behind}
       ORDER BY at DESC, conversation_id DESC, seq DESC LIMIT ?`,
      [
        user,
        ...(conversation === undefined ? [] : [conversation]),
        ...(after === undefined ? [] : [after.at, after.conversation, after.seq]),
        String(limit),
      ],
    );
  }
}
