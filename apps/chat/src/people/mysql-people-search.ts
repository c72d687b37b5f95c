import { foldName, isFoundBy, soughtWords, usersByWord } from '@berth/mysql/user-words';
import type { Profile } from '@berth/wire';
import type { Database } from '../stores/guarded-mysql.ts';
import { profileColumns, readProfiles } from '../stores/profile-rows.ts';
import type { MysqlBlockStore } from './mysql-block-store.ts';

/** People that one query finds at most: who wants others must know more of them. */
const maxFound = 100;
/** Words looked at for one query; with several words most of them are of somebody else. */
const maxWords = { one: 300, several: 1_000 };

export interface FoundPerson {
  profile: Profile;
  friend: boolean;
}

interface Found extends FoundPerson {
  alias: string;
}

/** Finds people by id, by the beginning of their name, and by the beginnings of the words of their nick. */
export class MysqlPeopleSearch {
  readonly #mysql: Database;
  readonly #blocks: Pick<MysqlBlockStore, 'blockersOf'>;

  constructor(mysql: Database, blocks: Pick<MysqlBlockStore, 'blockersOf'>) {
    this.#mysql = mysql;
    this.#blocks = blocks;
  }

  /**
   * Whom `searcher` finds, those first who are most likely meant: whoever has this id, friends (also by the alias that the
   * searcher gave them), and others, each as they are called so, begin so, or have a word that does. `@` before it: by name
   * alone. Whoever has blocked the searcher is not found.
   */
  async find(searcher: number, query: string): Promise<FoundPerson[]> {
    const byName = query.startsWith('@');
    const name = foldKey(byName ? query.slice(1) : query);
    if (name === '') return [];
    const id = byName ? 0 : idOf(query);
    const sought = byName ? [] : soughtWords(query);
    const aliases = await this.#aliases(searcher);
    const found = new Map<number, Found>();
    const add = (profile: Profile): void => {
      const alias = aliases.get(profile.id);
      found.set(profile.id, { profile, friend: alias !== undefined, alias: alias ?? '' });
    };
    for (const profile of await this.#named(name)) add(profile);
    const ids = new Set(await this.#worded(sought));
    if (id > 0) ids.add(id);
    if (!byName) for (const friend of aliases.keys()) ids.add(friend);
    for (const known of found.keys()) ids.delete(known);
    for (const profile of (await readProfiles(this.#mysql, [...ids])).values()) {
      const called = [profile.nick, aliases.get(profile.id) ?? ''];
      if (profile.id === id || (sought.length > 0 && called.some((each) => isFoundBy(each, sought))))
        add(profile);
    }
    const blockers = await this.#blocks.blockersOf(searcher, [...found.keys()]);
    const shown = [...found.values()].filter(({ profile }) => !blockers.has(profile.id));
    return shown.sort(byRank(byName ? query.slice(1) : query, id)).slice(0, maxFound);
  }

  /** By the beginning of their name. */
  async #named(name: string): Promise<Profile[]> {
    const prefix = Buffer.from(name);
    const rows = await this.#mysql.rows<Profile>(
      `SELECT ${profileColumns} FROM users WHERE name_key >= ? AND name_key < ? ORDER BY name_key LIMIT ?`,
      // No UTF-8 text has a byte 0xff.
      [prefix, Buffer.concat([prefix, Buffer.from([0xff])]), String(maxFound)],
    );
    return rows.map((row) => ({ ...row }));
  }

  /** Those of whom a word begins like the longest one sought; the others are for the caller to compare. */
  async #worded(sought: readonly string[]): Promise<number[]> {
    const [longest, ...others] = sought.toSorted((a, b) => b.length - a.length);
    if (longest === undefined) return [];
    return usersByWord(this.#mysql, longest, others.length === 0 ? maxWords.one : maxWords.several);
  }

  async #aliases(user: number): Promise<Map<number, string>> {
    const rows = await this.#mysql.rows<{ friend_id: number; alias: string }>(
      'SELECT friend_id, alias FROM friendships WHERE user_id = ?',
      [user],
    );
    return new Map(rows.map(({ friend_id, alias }) => [friend_id, alias]));
  }
}

/** As names are kept: NFKC, lower-cased. */
const foldKey = (name: string): string => name.trim().normalize('NFKC').toLowerCase();

/** The id that a query of digits names, 0 when it names none. */
const idOf = (query: string): number => {
  const id = /^\d{1,10}$/.test(query) ? Number(query) : 0;
  return id <= 0x7fff_ffff ? id : 0;
};

function byRank(query: string, id: number): (one: Found, other: Found) => number {
  const folded = foldName(query.trim());
  const rank = ({ profile, friend, alias }: Found): number => {
    if (profile.id === id) return 0;
    const called = [profile.name, profile.nick, alias].map(foldName);
    const likeness = called.includes(folded) ? 0 : called.some((name) => name.startsWith(folded)) ? 1 : 2;
    return 1 + likeness + (friend ? 0 : 3);
  };
  return (one, other) =>
    rank(one) - rank(other) ||
    one.profile.nick.localeCompare(other.profile.nick) ||
    one.profile.id - other.profile.id;
}
