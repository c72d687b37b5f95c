import type { Tx } from './mysql.ts';

/** Which invite, as its token names it. */
export interface InviteKey {
  /** Who invites. */
  user: number;
  /** 16 bytes. */
  secret: Buffer;
}

export type InviteState = 'live' | 'unknown' | 'revoked' | 'expired' | 'used_up';

interface InviteRow {
  max_uses: number;
  uses: number;
  expires_at: number;
  revoked_at: number | null;
}

const columns = 'max_uses, uses, expires_at, revoked_at';

/** Whether an invite is good, and until when. */
export async function readInvite(
  db: Pick<Tx, 'rows'>,
  { user, secret }: InviteKey,
): Promise<{ state: InviteState; expiresAt: number }> {
  const rows = await db.rows<InviteRow>(`SELECT ${columns} FROM invites WHERE user_id = ? AND secret = ?`, [
    user,
    secret,
  ]);
  return { state: stateOf(rows[0]), expiresAt: Number(rows[0]?.expires_at ?? 0) };
}

/**
 * Takes a use of the invite for somebody, unless they have taken one before; of several at once no more than there are
 * uses succeed. A use that was taken and not settled is good whatever became of the invite since.
 */
export async function takeInvite(tx: Tx, { user, secret }: InviteKey, guest: number): Promise<InviteState> {
  const rows = await tx.rows<InviteRow>(
    `SELECT ${columns} FROM invites WHERE user_id = ? AND secret = ? FOR UPDATE`,
    [user, secret],
  );
  const [taken] = await tx.rows<{ settled: number }>(
    'SELECT settled FROM invite_uses WHERE inviter_id = ? AND secret = ? AND user_id = ?',
    [user, secret, guest],
  );
  if (taken?.settled === 0) return 'live';
  // Who has come by it before and left takes no further use.
  const state = stateOf(rows[0], taken !== undefined);
  if (state !== 'live' || taken !== undefined) return state;
  await tx.run('INSERT INTO invite_uses (inviter_id, secret, user_id, used_at) VALUES (?, ?, ?, ?)', [
    ...[user, secret, guest],
    Date.now(),
  ]);
  await tx.run('UPDATE invites SET uses = uses + 1 WHERE user_id = ? AND secret = ?', [user, secret]);
  return state;
}

function stateOf(row: InviteRow | undefined, hasUse = false): InviteState {
  if (row === undefined) return 'unknown';
  if (row.revoked_at !== null) return 'revoked';
  if (Number(row.expires_at) <= Date.now()) return 'expired';
  return row.uses >= row.max_uses && !hasUse ? 'used_up' : 'live';
}
