import { BerthError, type Draft, limits } from '@berth/wire';
import type { Database } from '../stores/guarded-mysql.ts';
import { keptMentions, mentionsOf } from './kept-mentions.ts';

interface DraftRow {
  conversation_id: number;
  at: number;
  reply_to: number | null;
  text: string;
  mentions: string | null;
}

/** What users have typed and not sent: theirs, so they lie with the user and not with the conversation. */
export class MysqlDrafts {
  readonly #mysql: Database;

  constructor(mysql: Database) {
    this.#mysql = mysql;
  }

  /** The last one holds, from whichever device. Throws `limit_reached`. */
  async keep(user: number, { conversation, text, replyTo, mentions, at }: Draft): Promise<void> {
    if (text === '' && replyTo === undefined) {
      await this.#mysql.run('DELETE FROM drafts WHERE user_id = ? AND conversation_id = ?', [
        ...[user, conversation],
      ]);
      return;
    }
    await this.#mysql.transaction(async (tx) => {
      const { affectedRows } = await tx.run(
        `INSERT INTO drafts (user_id, conversation_id, at, reply_to, text, mentions) VALUES (?, ?, ?, ?, ?, ?)
         ON DUPLICATE KEY UPDATE at = VALUES(at), reply_to = VALUES(reply_to), text = VALUES(text),
           mentions = VALUES(mentions)`,
        [user, conversation, at, replyTo ?? null, text, keptMentions(mentions)],
      );
      // Of one that was there before it says 2.
      if (affectedRows !== 1) return;
      const [row] = await tx.rows<{ n: number }>('SELECT COUNT(*) AS n FROM drafts WHERE user_id = ?', [
        user,
      ]);
      if (row!.n > limits.maxDrafts)
        throw new BerthError('limit_reached', `at most ${limits.maxDrafts} drafts are kept`);
    });
  }

  /** By conversation, behind one. */
  async list(user: number, after: number, limit: number): Promise<Draft[]> {
    const rows = await this.#mysql.rows<DraftRow>(
      `SELECT conversation_id, at, reply_to, text, mentions FROM drafts
       WHERE user_id = ? AND conversation_id > ? ORDER BY conversation_id LIMIT ?`,
      [user, after, String(limit)],
    );
    return rows.map(({ conversation_id: conversation, at, reply_to, text, mentions }) => ({
      ...{ conversation, text, at },
      ...(reply_to !== null && { replyTo: reply_to }),
      ...mentionsOf(text, mentions),
    }));
  }
}
