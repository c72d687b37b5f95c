import type { Tx } from '@berth/mysql';
import { type InviteKey, takeInvite } from '@berth/mysql/invites';
import { createInviteToken, formatInviteToken, parseInviteToken } from '@berth/tokens';
import { BerthError, type Invite } from '@berth/wire';
import type { Database } from '../stores/guarded-mysql.ts';

/** Of one user: invites made within a day, and live at a time. */
const limits = { perDay: 20, live: 50 };
const dayMs = 24 * 3_600_000;
/** What became of an invite is told for so long after its end; then it is forgotten. */
const keptMs = 30 * dayMs;

interface InviteRow {
  secret: Buffer;
  max_uses: number;
  uses: number;
  created_at: number;
  expires_at: number;
  revoked_at: number | null;
}

/** The invites of each user. */
export class MysqlInviteStore {
  readonly #mysql: Database;

  constructor(mysql: Database) {
    this.#mysql = mysql;
  }

  /** Errors: `limit_reached`. */
  async create(user: number, { maxUses, forMs }: { maxUses: number; forMs: number }): Promise<Invite> {
    const { token, secret } = createInviteToken(user);
    const createdAt = Date.now();
    const expiresAt = createdAt + forMs;
    await this.#mysql.transaction(async (tx) => {
      // One after the other, so that of many at once no more are made than may be.
      await tx.rows('SELECT id FROM users WHERE id = ? FOR UPDATE', [user]);
      await forgetOld(tx, user, createdAt - keptMs);
      const [count] = await tx.rows<{ today: number | string | null; live: number | string | null }>(
        `SELECT SUM(created_at > ?) AS today, SUM(revoked_at IS NULL AND expires_at > ? AND uses < max_uses) AS live
         FROM invites WHERE user_id = ?`,
        [createdAt - dayMs, createdAt, user],
      );
      if (Number(count!.today) >= limits.perDay)
        throw new BerthError('limit_reached', `at most ${limits.perDay} invites can be made in a day`);
      if (Number(count!.live) >= limits.live)
        throw new BerthError('limit_reached', `at most ${limits.live} invites can be open at a time`);
      await tx.run(
        'INSERT INTO invites (user_id, secret, max_uses, created_at, expires_at) VALUES (?, ?, ?, ?, ?)',
        [user, secret, maxUses, createdAt, expiresAt],
      );
    });
    return { invite: token, createdAt, expiresAt, maxUses, uses: 0, revoked: false };
  }

  /** The newest first. */
  async page(user: number, start: number, limit: number): Promise<Invite[]> {
    const rows = await this.#mysql.rows<InviteRow>(
      `SELECT secret, max_uses, uses, created_at, expires_at, revoked_at FROM invites
       WHERE user_id = ? ORDER BY created_at DESC, secret LIMIT ? OFFSET ?`,
      [user, String(limit), String(start)],
    );
    return rows.map((row) => ({
      invite: formatInviteToken(user, row.secret),
      createdAt: Number(row.created_at),
      expiresAt: Number(row.expires_at),
      maxUses: row.max_uses,
      uses: row.uses,
      revoked: row.revoked_at !== null,
    }));
  }

  /** Nobody comes by it any more; again, it changes nothing. Errors: `not_found`, also for those of others. */
  async revoke(user: number, invite: string): Promise<void> {
    const key = parseInviteToken(invite);
    if (key?.user !== user) throw unknownInvite();
    const { affectedRows } = await this.#mysql.run(
      'UPDATE invites SET revoked_at = COALESCE(revoked_at, ?) WHERE user_id = ? AND secret = ?',
      [Date.now(), user, key.secret],
    );
    if (affectedRows > 0) return;
    // MySQL counts no row that stays as it is.
    const rows = await this.#mysql.rows('SELECT 1 FROM invites WHERE user_id = ? AND secret = ?', [
      user,
      key.secret,
    ]);
    if (rows.length === 0) throw unknownInvite();
  }
}

/** Takes a use of an invite in the transaction that makes the two friends. Throws `not_found`, `invite_…`. */
export async function useInvite(tx: Tx, key: InviteKey, guest: number): Promise<void> {
  const state = await takeInvite(tx, key, guest);
  if (state === 'unknown') throw unknownInvite();
  if (state !== 'live') throw new BerthError(`invite_${state}`);
  await settleInvite(tx, key, guest);
}

/** The two are friends: a use that was taken is no longer good by itself. */
export async function settleInvite(tx: Tx, { user, secret }: InviteKey, guest: number): Promise<void> {
  await tx.run('UPDATE invite_uses SET settled = 1 WHERE inviter_id = ? AND secret = ? AND user_id = ?', [
    user,
    secret,
    guest,
  ]);
}

export const unknownInvite = (): BerthError => new BerthError('not_found', 'there is no such invite');

async function forgetOld(tx: Tx, user: number, beforeMs: number): Promise<void> {
  const old = await tx.rows<{ secret: Buffer }>(
    'SELECT secret FROM invites WHERE user_id = ? AND expires_at < ? LIMIT 32',
    [user, beforeMs],
  );
  for (const { secret } of old) {
    await tx.run('DELETE FROM invite_uses WHERE inviter_id = ? AND secret = ?', [user, secret]);
    await tx.run('DELETE FROM invites WHERE user_id = ? AND secret = ?', [user, secret]);
  }
}
