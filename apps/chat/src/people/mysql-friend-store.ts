import type { Tx } from '@berth/mysql';
import { parseInviteToken } from '@berth/tokens';
import { BerthError } from '@berth/wire';
import { type DirectChange, ensureDirect, setFriends } from '../conversations/direct-conversations.ts';
import { unchanged } from '../conversations/log-change.ts';
import { readAcquaintances, refusalOf } from '../membership/acquaintance.ts';
import { lockDirect } from '../membership/conversation-rows.ts';
import type { Database } from '../stores/guarded-mysql.ts';
import { settleInvite, unknownInvite, useInvite } from './mysql-invite-store.ts';

export interface MysqlFriendStoreOptions {
  mysql: Database;
  /** Of one user, at most. */
  maxFriends: number;
  /** Pending requests to one user, and of one user, at most. */
  maxRequests: number;
  /** Milliseconds after which a declined request may be repeated. */
  againAfterMs: number;
}

/** Two who are friends now, with the names that each has for the other. */
export interface Friendship extends DirectChange {
  /** The asker's name for the one who accepts, and the other way round. */
  askerAlias: string;
  accepterAlias: string;
  /** What the asker wrote with the request. */
  note: string;
  /** When they became friends, in milliseconds since 1970. */
  at: number;
}

interface RequestRow {
  note: string;
  alias: string;
  state: number;
  updatedAt: number;
}

export const requestStates = ['pending', 'accepted', 'declined'] as const;
const [pending, accepted, declined] = [0, 1, 2];

/** Friendships and the requests for them. Each change is one transaction. */
export class MysqlFriendStore {
  readonly #mysql: Database;
  readonly #maxFriends: number;
  readonly #maxRequests: number;
  readonly #againAfterMs: number;

  constructor({ mysql, maxFriends, maxRequests, againAfterMs }: MysqlFriendStoreOptions) {
    this.#againAfterMs = againAfterMs;
    this.#mysql = mysql;
    this.#maxFriends = maxFriends;
    this.#maxRequests = maxRequests;
  }

  /**
   * Asks; when the other one has asked already, the two are friends at once. Errors: `not_found`, `blocked`,
   * `already_exists` (friends), `limit_reached`, `rate_limited` (declined not long ago).
   */
  async request(
    from: number,
    to: number,
    { note, alias }: { note: string; alias: string },
  ): Promise<
    { state: 'pending'; at: number; isAgain: boolean } | { state: 'accepted'; friendship: Friendship }
  > {
    if (from === to) throw new BerthError('bad_request', 'one cannot befriend oneself');
    return this.#mysql.transaction(async (tx) => {
      const acquaintance = (await readAcquaintances(tx, from, [to])).get(to)!;
      const refusal = refusalOf(acquaintance, true);
      if (refusal !== undefined) throw refusal;
      if (acquaintance.friend) throw new BerthError('already_exists', 'you are friends already');
      await this.#requireRoom(tx, from, to);
      const now = Date.now();
      const before = await lockRequest(tx, to, from);
      const waitMs = before?.state === declined ? before.updatedAt + this.#againAfterMs - now : 0;
      if (waitMs > 0) throw new BerthError('rate_limited', undefined, { retryAfterMs: waitMs });
      await tx.run(
        `INSERT INTO friend_requests (to_id, from_id, note, alias, state, created_at, updated_at)
         VALUES (?, ?, ?, ?, 0, ?, ?)
         ON DUPLICATE KEY UPDATE note = VALUES(note), alias = VALUES(alias), state = 0, updated_at = VALUES(updated_at)`,
        [to, from, note, alias, now, now],
      );
      // After one's own row: of two who ask each other at once, one waits here and finds the other's request.
      const reverse = await lockRequest(tx, from, to);
      if (reverse?.state !== pending)
        return { state: 'pending', at: now, isAgain: before?.state === pending };
      const friendship = await this.#befriend(tx, to, from, {
        askerAlias: reverse.alias,
        accepterAlias: alias,
        note: reverse.note,
      });
      return { state: 'accepted', friendship };
    });
  }

  /** Accepts a pending request; again, it answers with what there is. Errors: `not_found`, `blocked`, `limit_reached`. */
  async accept(user: number, asker: number, alias: string): Promise<Friendship & { already: boolean }> {
    return this.#mysql.transaction(async (tx) => {
      const request = await lockRequest(tx, user, asker);
      if (request?.state === accepted) {
        const friendship = await this.#existing(tx, user, asker);
        if (friendship !== undefined) return { ...friendship, note: request.note, already: true };
      }
      if (request?.state !== pending) throw new BerthError('not_found', 'there is no such request');
      const acquaintance = (await readAcquaintances(tx, user, [asker])).get(asker)!;
      const refusal = refusalOf(acquaintance, true);
      if (refusal !== undefined) throw refusal;
      const told = { askerAlias: request.alias, accepterAlias: alias, note: request.note };
      return { ...(await this.#befriend(tx, asker, user, told)), already: false };
    });
  }

  /**
   * Makes `user` a friend of whoever invites; again, it answers with what there is. A block by either, made before, keeps
   * the invite from being used. Errors: `not_found`, `blocked`, `invite_…`, `limit_reached`.
   */
  async acceptInvite(
    user: number,
    invite: string,
  ): Promise<Friendship & { inviter: number; already: boolean }> {
    const key = parseInviteToken(invite);
    if (key === undefined) throw unknownInvite();
    const inviter = key.user;
    if (inviter === user) throw new BerthError('bad_request', 'one cannot come by an invite of one’s own');
    return this.#mysql.transaction(async (tx) => {
      const existing = await this.#existing(tx, user, inviter);
      const acquaintance = (await readAcquaintances(tx, user, [inviter])).get(inviter)!;
      const refusal = refusalOf(acquaintance, true);
      if (refusal !== undefined) throw refusal;
      // Who is a friend already takes no use, and learns nothing about the invite.
      if (existing !== undefined) {
        await settleInvite(tx, key, user);
        return { ...existing, note: '', inviter, already: true };
      }
      await useInvite(tx, key, user);
      const told = { askerAlias: '', accepterAlias: '', note: '' };
      return { ...(await this.#befriend(tx, inviter, user, told)), inviter, already: false };
    });
  }

  /** True when there was a pending request. */
  async decline(user: number, asker: number): Promise<boolean> {
    const { affectedRows } = await this.#mysql.run(
      'UPDATE friend_requests SET state = ?, updated_at = ? WHERE to_id = ? AND from_id = ? AND state = ?',
      [declined!, Date.now(), user, asker, pending!],
    );
    return affectedRows > 0;
  }

  /** Undefined when they were no friends. */
  async remove(user: number, friend: number): Promise<DirectChange | undefined> {
    return this.#mysql.transaction(async (tx) => {
      const row = await lockDirect(tx, user, friend);
      const { affectedRows } = await tx.run(
        'DELETE FROM friendships WHERE (user_id = ? AND friend_id = ?) OR (user_id = ? AND friend_id = ?)',
        [user, friend, friend, user],
      );
      if (affectedRows === 0 || row === undefined) return undefined;
      return setFriends(tx, { row, created: false }, false);
    });
  }

  /** Errors: `not_friends`. */
  async setAlias(user: number, friend: number, alias: string): Promise<void> {
    await this.#mysql.run('UPDATE friendships SET alias = ? WHERE user_id = ? AND friend_id = ?', [
      alias,
      user,
      friend,
    ]);
    const rows = await this.#mysql.rows('SELECT 1 FROM friendships WHERE user_id = ? AND friend_id = ?', [
      user,
      friend,
    ]);
    if (rows.length === 0) throw new BerthError('not_friends');
  }

  async #befriend(
    tx: Tx,
    asker: number,
    accepter: number,
    told: Pick<Friendship, 'askerAlias' | 'accepterAlias' | 'note'>,
  ): Promise<Friendship> {
    await this.#requireFewFriends(tx, asker);
    await this.#requireFewFriends(tx, accepter);
    const now = Date.now();
    const made = await ensureDirect(tx, accepter, asker, now);
    const change = await setFriends(tx, made, true);
    const { row } = made;
    await tx.run(
      `INSERT INTO friendships (user_id, friend_id, alias, conversation_id, created_at) VALUES (?,?,?,?,?), (?,?,?,?,?)
       ON DUPLICATE KEY UPDATE alias = VALUES(alias)`,
      [asker, accepter, told.askerAlias, row.id, now, accepter, asker, told.accepterAlias, row.id, now],
    );
    await tx.run(
      `UPDATE friend_requests SET state = ?, updated_at = ?
       WHERE ((to_id = ? AND from_id = ?) OR (to_id = ? AND from_id = ?)) AND state = ?`,
      [accepted!, now, accepter, asker, asker, accepter, pending!],
    );
    return { ...change, ...told, at: now };
  }

  async #existing(tx: Tx, user: number, asker: number): Promise<Omit<Friendship, 'note'> | undefined> {
    const rows = await tx.rows<{
      user_id: number;
      alias: string;
      conversation_id: number;
      created_at: number;
    }>(
      `SELECT user_id, alias, conversation_id, created_at FROM friendships
       WHERE (user_id = ? AND friend_id = ?) OR (user_id = ? AND friend_id = ?)`,
      [user, asker, asker, user],
    );
    const [own, others] = [
      rows.find((row) => row.user_id === user),
      rows.find((row) => row.user_id === asker),
    ];
    if (own === undefined || others === undefined) return undefined;
    return {
      ...unchanged({ membersVersion: 0 }),
      conversation: own.conversation_id,
      askerAlias: others.alias,
      accepterAlias: own.alias,
      at: own.created_at,
    };
  }

  async #requireRoom(tx: Tx, from: number, to: number): Promise<void> {
    const limit = String(this.#maxRequests + 1);
    const [[incoming], [outgoing]] = [
      await tx.rows<{ n: number }>(
        'SELECT COUNT(*) AS n FROM (SELECT 1 FROM friend_requests WHERE to_id = ? AND from_id <> ? AND state = 0 LIMIT ?) AS waiting',
        [to, from, limit],
      ),
      await tx.rows<{ n: number }>(
        'SELECT COUNT(*) AS n FROM (SELECT 1 FROM friend_requests WHERE from_id = ? AND to_id <> ? AND state = 0 LIMIT ?) AS waiting',
        [from, to, limit],
      ),
    ];
    if (incoming!.n >= this.#maxRequests || outgoing!.n >= this.#maxRequests) {
      throw new BerthError('limit_reached', 'too many requests are unanswered');
    }
  }

  async #requireFewFriends(tx: Tx, user: number): Promise<void> {
    const [row] = await tx.rows<{ n: number }>('SELECT COUNT(*) AS n FROM friendships WHERE user_id = ?', [
      user,
    ]);
    if (row!.n >= this.#maxFriends) {
      throw new BerthError('limit_reached', `one of the two has ${this.#maxFriends} friends already`);
    }
  }
}

async function lockRequest(tx: Tx, to: number, from: number): Promise<RequestRow | undefined> {
  const [row] = await tx.rows<RequestRow>(
    'SELECT note, alias, state, updated_at AS updatedAt FROM friend_requests WHERE to_id = ? AND from_id = ? FOR UPDATE',
    [to, from],
  );
  return row;
}
