import { BerthError, type Profile } from '@berth/wire';
import { type DirectChange, setBlocked } from '../conversations/direct-conversations.ts';
import { lockDirect } from '../membership/conversation-rows.ts';
import { inChunks } from '../stores/chunks.ts';
import type { Database } from '../stores/guarded-mysql.ts';
import { readProfiles } from '../stores/profile-rows.ts';
import { marks } from '../stores/statement-shapes.ts';

export interface MysqlBlockStoreOptions {
  mysql: Database;
  /** Of one user, at most. */
  maxBlocks: number;
}

/** Whom users have blocked. A block and its lifting stand in the pair's conversation, too, where a send is checked. */
export class MysqlBlockStore {
  readonly #mysql: Database;
  readonly #maxBlocks: number;

  constructor({ mysql, maxBlocks }: MysqlBlockStoreOptions) {
    this.#mysql = mysql;
    this.#maxBlocks = maxBlocks;
  }

  /** The change of the pair's conversation; undefined when they have none. Errors: `not_found`, `limit_reached`. */
  async block(user: number, other: number): Promise<DirectChange | undefined> {
    if (user === other) throw new BerthError('bad_request', 'one cannot block oneself');
    return this.#mysql.transaction(async (tx) => {
      const known = await tx.rows('SELECT 1 FROM users WHERE id = ?', [other]);
      if (known.length === 0) throw new BerthError('not_found', 'there is no such user');
      const [count] = await tx.rows<{ n: number }>(
        'SELECT COUNT(*) AS n FROM blocks WHERE user_id = ? AND blocked_id <> ?',
        [user, other],
      );
      if (count!.n >= this.#maxBlocks) {
        throw new BerthError('limit_reached', `at most ${this.#maxBlocks} users can be blocked`);
      }
      // The block first: whoever makes the conversation meanwhile looks for it under the lock of the new row.
      await tx.run(
        'INSERT INTO blocks (user_id, blocked_id, created_at) VALUES (?, ?, ?) ON DUPLICATE KEY UPDATE created_at = created_at',
        [user, other, Date.now()],
      );
      await tx.run('UPDATE friend_requests SET state = 2 WHERE to_id = ? AND from_id = ? AND state = 0', [
        user,
        other,
      ]);
      const row = await lockDirect(tx, user, other);
      return row && setBlocked(tx, row, user, true);
    });
  }

  async unblock(user: number, other: number): Promise<DirectChange | undefined> {
    return this.#mysql.transaction(async (tx) => {
      const { affectedRows } = await tx.run('DELETE FROM blocks WHERE user_id = ? AND blocked_id = ?', [
        user,
        other,
      ]);
      if (affectedRows === 0) return undefined;
      const row = await lockDirect(tx, user, other);
      return row && setBlocked(tx, row, user, false);
    });
  }

  async has(user: number, other: number): Promise<boolean> {
    const rows = await this.#mysql.rows('SELECT 1 FROM blocks WHERE user_id = ? AND blocked_id = ?', [
      user,
      other,
    ]);
    return rows.length > 0;
  }

  /** Whom the user has blocked. */
  async blockedBy(user: number): Promise<number[]> {
    const rows = await this.#mysql.rows<{ id: number }>(
      'SELECT blocked_id AS id FROM blocks WHERE user_id = ? LIMIT ?',
      [user, String(this.#maxBlocks)],
    );
    return rows.map(({ id }) => id);
  }

  /** Those of `others` who have blocked `user`. */
  async blockersOf(user: number, others: readonly number[]): Promise<Set<number>> {
    const blockers = new Set<number>();
    await inChunks(others, 256, async (chunk) => {
      const rows = await this.#mysql.rows<{ id: number }>(
        `SELECT user_id AS id FROM blocks WHERE user_id IN (${marks(chunk.length)}) AND blocked_id = ?`,
        [...chunk, user],
      );
      for (const { id } of rows) blockers.add(id);
    });
    return blockers;
  }

  /** In the order of their ids, above `after`. */
  async page(user: number, after: number, limit: number): Promise<Profile[]> {
    const rows = await this.#mysql.rows<{ id: number }>(
      'SELECT blocked_id AS id FROM blocks WHERE user_id = ? AND blocked_id > ? ORDER BY blocked_id LIMIT ?',
      [user, after, String(limit)],
    );
    const ids = rows.map(({ id }) => id);
    const profiles = await readProfiles(this.#mysql, ids);
    return ids.flatMap((id) => profiles.get(id) ?? []);
  }
}
