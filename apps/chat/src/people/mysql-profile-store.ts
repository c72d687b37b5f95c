import { BerthError, type Profile } from '@berth/wire';
import { CoalescingLoader } from '../stores/coalescing-loader.ts';
import type { Database } from '../stores/guarded-mysql.ts';
import { profileColumns, readProfiles } from '../stores/profile-rows.ts';

export interface ProfileChanges {
  nick?: string | undefined;
  description?: string | undefined;
  sex?: number | undefined;
  icon?: string | undefined;
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

  async update(user: number, { nick, description, sex, icon }: ProfileChanges): Promise<Profile> {
    await this.#mysql.run(
      `UPDATE users SET nick = COALESCE(?, nick), description = COALESCE(?, description), sex = COALESCE(?, sex),
         icon = COALESCE(?, icon) WHERE id = ?`,
      [nick ?? null, description ?? null, sex ?? null, icon ?? null, user],
    );
    return this.get(user);
  }

  /** Digits name an id; they and everything else are also the beginning of a name, in any case. */
  async search(query: string, limit: number): Promise<Profile[]> {
    const prefix = Buffer.from(nameKey(query));
    const named = await this.#mysql.rows<Profile>(
      `SELECT ${profileColumns} FROM users WHERE name_key >= ? AND name_key < ? ORDER BY name_key LIMIT ?`,
      // No UTF-8 text has a byte 0xff.
      [prefix, Buffer.concat([prefix, Buffer.from([0xff])]), String(limit)],
    );
    const id = /^\d{1,10}$/.test(query) ? Number(query) : 0;
    const byId = id >= 1 && id <= 0x7fff_ffff ? await this.find(id) : undefined;
    const users = named.filter((user) => user.id !== byId?.id).map((user) => ({ ...user }));
    return byId === undefined ? users : [byId, ...users].slice(0, limit);
  }
}

/** As names are compared: NFKC, lower-cased. */
const nameKey = (name: string): string => name.normalize('NFKC').toLowerCase();
