import type { Database } from '../stores/guarded-mysql.ts';
import { readListRows } from './list-rows.ts';

export interface Preferences {
  pinned: boolean;
  silenced: boolean;
  /** Only where the user is no member any more. */
  hidden: boolean;
  /** Marked so, whatever was read. */
  unread: boolean;
  /** The head when it was archived. */
  archived?: number;
}

/** What is given is changed; `archived`: the head of now, or null to take it out. */
type Wishes = {
  [K in keyof Omit<Preferences, 'archived'>]?: boolean | undefined;
} & { archived?: number | null | undefined };

/** How users' lists show their conversations. */
export class MysqlPreferenceStore {
  readonly #mysql: Database;

  constructor(mysql: Database) {
    this.#mysql = mysql;
  }

  /** Undefined when the conversation is not in the user's list. */
  async change(
    user: number,
    conversation: number,
    { pinned, silenced, hidden, unread, archived }: Wishes,
  ): Promise<Preferences | undefined> {
    const flag = (value: boolean | undefined) => (value === undefined ? null : Number(value));
    await this.#mysql.run(
      `UPDATE user_conversations SET pinned = COALESCE(?, pinned), silenced = COALESCE(?, silenced),
         unread = COALESCE(?, unread), hidden = IF(member = 1, 0, COALESCE(?, hidden)),
         archived_seq = IF(? = 1, ?, archived_seq)
       WHERE user_id = ? AND conversation_id = ?`,
      [
        ...[flag(pinned), flag(silenced), flag(unread), flag(hidden)],
        ...[Number(archived !== undefined), archived ?? null],
        ...[user, conversation],
      ],
    );
    const row = (await readListRows(this.#mysql, user, [conversation])).get(conversation);
    return (
      row && {
        ...{ pinned: row.pinned, silenced: row.silenced, hidden: row.hidden, unread: row.unread },
        ...(row.archived !== undefined && { archived: row.archived }),
      }
    );
  }
}
