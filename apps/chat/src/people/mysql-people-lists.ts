import type { FriendRequest, Profile } from '@berth/wire';
import type { Database } from '../stores/guarded-mysql.ts';
import { readProfiles } from '../stores/profile-rows.ts';
import { requestStates } from './mysql-friend-store.ts';

/** A friend as a list has it, without presence. */
export interface ListedFriend {
  profile: Profile;
  alias: string;
  conversation: number;
}

interface FriendRow {
  friend_id: number;
  alias: string;
  conversation_id: number;
}

interface RequestRow {
  other: number;
  note: string;
  state: number;
  updated_at: number;
}

/** A place in the list of requests: the latest first, then the higher id, then what came in before what went out. */
export interface RequestPlace {
  at: number;
  other: number;
  direction: FriendRequest['direction'];
}

/** The lists of one user's people, page by page. */
export class MysqlPeopleLists {
  readonly #mysql: Database;

  constructor(mysql: Database) {
    this.#mysql = mysql;
  }

  /** In the order of their ids, above `after`. */
  async friends(user: number, after: number, limit: number): Promise<ListedFriend[]> {
    const rows = await this.#mysql.rows<FriendRow>(
      `SELECT friend_id, alias, conversation_id FROM friendships
       WHERE user_id = ? AND friend_id > ? ORDER BY friend_id LIMIT ?`,
      [user, after, String(limit)],
    );
    return this.#withProfiles(rows);
  }

  /** Undefined when the two are no friends. */
  async friend(user: number, friend: number): Promise<ListedFriend | undefined> {
    const rows = await this.#mysql.rows<FriendRow>(
      'SELECT friend_id, alias, conversation_id FROM friendships WHERE user_id = ? AND friend_id = ?',
      [user, friend],
    );
    return (await this.#withProfiles(rows))[0];
  }

  /** Whether one of the users has ever logged in with a client of the llfcchat dialect. */
  async hasOldClient(users: [number, number]): Promise<boolean> {
    const rows = await this.#mysql.rows(
      "SELECT 1 FROM sessions WHERE user_id IN (?, ?) AND device_class = 'llfcchat' LIMIT 1",
      users,
    );
    return rows.length > 0;
  }

  /** Both directions and all states, the latest first. */
  async requests(user: number, before: RequestPlace | undefined, limit: number): Promise<FriendRequest[]> {
    const [incoming, outgoing] = [
      await this.#requestRows('to_id', 'from_id', user, before, limit),
      // Of the same time and user the outgoing one stands behind the incoming one.
      await this.#requestRows(
        'from_id',
        'to_id',
        user,
        before?.direction === 'incoming' ? { ...before, other: before.other + 1 } : before,
        limit,
      ),
    ];
    const rows = [
      ...incoming.map((row) => ({ ...row, direction: 'incoming' as const })),
      ...outgoing.map((row) => ({ ...row, direction: 'outgoing' as const })),
    ];
    // Stable: incoming ones were put first.
    rows.sort((a, b) => b.updated_at - a.updated_at || b.other - a.other);
    const page = rows.slice(0, limit);
    const profiles = await readProfiles(
      this.#mysql,
      page.map(({ other }) => other),
    );
    return page.flatMap(({ other, note, state, updated_at, direction }) => {
      const profile = profiles.get(other);
      return profile === undefined
        ? []
        : [{ ...profile, note, direction, state: requestStates[state]!, at: updated_at }];
    });
  }

  async #requestRows(
    own: 'to_id' | 'from_id',
    other: 'to_id' | 'from_id',
    user: number,
    before: Pick<RequestPlace, 'at' | 'other'> | undefined,
    limit: number,
  ): Promise<RequestRow[]> {
    const { at, other: below } = before ?? { at: Number.MAX_SAFE_INTEGER, other: 0 };
    return this.#mysql.rows<RequestRow>(
      `SELECT ${other} AS other, note, state, updated_at FROM friend_requests
       WHERE ${own} = ? AND (updated_at < ? OR (updated_at = ? AND ${other} < ?))
       ORDER BY updated_at DESC, ${other} DESC LIMIT ?`,
      [user, at, at, below, String(limit)],
    );
  }

  async #withProfiles(rows: readonly FriendRow[]): Promise<ListedFriend[]> {
    const profiles = await readProfiles(
      this.#mysql,
      rows.map(({ friend_id }) => friend_id),
    );
    return rows.flatMap(({ friend_id, alias, conversation_id }) => {
      const profile = profiles.get(friend_id);
      return profile === undefined ? [] : [{ profile, alias, conversation: conversation_id }];
    });
  }
}
