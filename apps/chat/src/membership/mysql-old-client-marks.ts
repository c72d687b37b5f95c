import { inChunks } from '../stores/chunks.ts';
import type { Database } from '../stores/guarded-mysql.ts';

/** The row that says that the user has an old client. */
const known = 0;

/**
 * Up to where the old client of a user was pushed each conversation. Its own, since what the user's other devices have
 * received is not on that one.
 */
export class MysqlOldClientMarks {
  readonly #mysql: Database;

  constructor(mysql: Database) {
    this.#mysql = mysql;
  }

  /** By conversation; undefined for a user who never had such a client. */
  async read(user: number): Promise<Map<number, number> | undefined> {
    const rows = await this.#mysql.rows<{ conversation_id: number; seq: number }>(
      'SELECT conversation_id, seq FROM old_client_marks WHERE user_id = ?',
      [user],
    );
    if (rows.length === 0) return undefined;
    const marks = new Map(rows.map(({ conversation_id, seq }) => [conversation_id, seq]));
    marks.delete(known);
    return marks;
  }

  /** The first marks of a user. */
  async begin(user: number, marks: ReadonlyMap<number, number>): Promise<void> {
    await inChunks([...marks], 256, (chunk) => this.#write(user, chunk));
    // Last: a user who is known has all of them.
    await this.#write(user, [[known, 0]]);
  }

  /** Forward only. */
  async move(user: number, conversation: number, seq: number): Promise<void> {
    await this.#write(user, [[conversation, seq]]);
  }

  async #write(user: number, marks: readonly [conversation: number, seq: number][]): Promise<void> {
    await this.#mysql.run(
      `INSERT INTO old_client_marks (user_id, conversation_id, seq)
       VALUES ${Array(marks.length).fill('(?, ?, ?)').join(', ')}
       ON DUPLICATE KEY UPDATE seq = GREATEST(seq, VALUES(seq))`,
      marks.flatMap(([conversation, seq]) => [user, conversation, seq]),
    );
  }
}
