import { writeUserWords } from '@berth/mysql/user-words';
import { BerthError, type Profile } from '@berth/wire';
import { type AddedBy, addedByOf, storedAddedBy } from '../membership/added-by.ts';
import { CoalescingLoader } from '../stores/coalescing-loader.ts';
import type { Database } from '../stores/guarded-mysql.ts';
import { readProfiles } from '../stores/profile-rows.ts';

export interface ProfileChanges {
  nick?: string | undefined;
  description?: string | undefined;
  sex?: number | undefined;
  icon?: string | undefined;
  addedBy?: AddedBy | undefined;
}

/** What users show of themselves. */
export class MysqlProfileStore {
  readonly #mysql: Database;
  readonly #loader: CoalescingLoader<number, Profile>;

  constructor(mysql: Database) {
    this.#mysql = mysql;
    this.#loader = new CoalescingLoader({ read: (ids) => readProfiles(mysql, ids) });
  }

  /** Undefined when there is no such user. */
  find(user: number): Promise<Profile | undefined> {
    return this.#loader.load(user);
  }

  /** Throws `not_found`. */
  async get(user: number): Promise<Profile> {
    const profile = await this.#loader.load(user);
    if (profile === undefined) throw new BerthError('not_found', 'there is no such user');
    return profile;
  }

  getAll(users: readonly number[]): Promise<Map<number, Profile>> {
    return this.#loader.loadAll(users);
  }

  /** Who may add the user to groups; undefined while they have not chosen. */
  async addedBy(user: number): Promise<AddedBy | undefined> {
    const [row] = await this.#mysql.rows<{ addedBy: number }>(
      'SELECT added_by AS addedBy FROM users WHERE id = ?',
      [user],
    );
    return row && addedByOf(row.addedBy);
  }

  async update(user: number, { nick, description, sex, icon, addedBy }: ProfileChanges): Promise<Profile> {
    await this.#mysql.transaction(async (tx) => {
      await tx.run(
        `UPDATE users SET nick = COALESCE(?, nick), description = COALESCE(?, description), sex = COALESCE(?, sex),
           icon = COALESCE(?, icon), added_by = COALESCE(?, added_by) WHERE id = ?`,
        [
          ...[nick ?? null, description ?? null, sex ?? null, icon ?? null],
          ...[addedBy === undefined ? null : storedAddedBy[addedBy], user],
        ],
      );
      if (nick !== undefined) await writeUserWords(tx, user);
    });
    return this.get(user);
  }
}
