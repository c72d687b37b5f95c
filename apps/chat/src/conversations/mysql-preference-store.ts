import type { Database } from '../stores/guarded-mysql.ts';
import { readListRows } from './list-rows.ts';

export interface Preferences {
  pinned: boolean;
  silenced: boolean;
  /** Only where the user is no member any more. */
  hidden: boolean;
}

/** How users' lists show their conversations. */
export class MysqlPreferenceStore {
  readonly #mysql: Database;

  constructor(mysql: Database) {
    this.#mysql = mysql;
  }

  /** What is given is changed. Undefined when the conversation is not in the user's list. */
  async change(
    user: number,
    conversation: number,
    { pinned, silenced, hidden }: { [K in keyof Preferences]?: boolean | undefined },
  ): Promise<Preferences | undefined> {
    const flag = (value: boolean | undefined) => (value === undefined ? null : Number(value));
    await this.#mysql.run(
      `UPDATE user_conversations SET pinned = COALESCE(?, pinned), silenced = COALESCE(?, silenced),
         hidden = IF(member = 1, 0, COALESCE(?, hidden))
       WHERE user_id = ? AND conversation_id = ?`,
      [flag(pinned), flag(silenced), flag(hidden), user, conversation],
    );
    const row = (await readListRows(this.#mysql, user, [conversation])).get(conversation);
    return row && { pinned: row.pinned, silenced: row.silenced, hidden: row.hidden };
  }
}
