import type { InviteState } from './invites.ts';
import type { Tx } from './mysql.ts';

/** Which link, as its token names it. */
export interface GroupLinkKey {
  conversation: number;
  /** 16 bytes. */
  secret: Buffer;
}

interface LinkRow {
  created_by: number;
  max_uses: number | null;
  uses: number;
  expires_at: number | null;
  revoked_at: number | null;
}

/** Whether a link is good, who made it, and until when it is good if not for ever. */
export async function readGroupLink(
  db: Pick<Tx, 'rows'>,
  { conversation, secret }: GroupLinkKey,
): Promise<{ state: InviteState; by: number; expiresAt: number | undefined }> {
  const [row] = await db.rows<LinkRow>(
    `SELECT created_by, max_uses, uses, expires_at, revoked_at FROM group_links
     WHERE conversation_id = ? AND secret = ?`,
    [conversation, secret],
  );
  const expiresAt = row?.expires_at == null ? undefined : Number(row.expires_at);
  return { state: stateOf(row, Date.now()), by: row?.created_by ?? 0, expiresAt };
}

function stateOf(row: LinkRow | undefined, now: number): InviteState {
  if (row === undefined) return 'unknown';
  if (row.revoked_at !== null) return 'revoked';
  if (row.expires_at !== null && Number(row.expires_at) <= now) return 'expired';
  return row.max_uses !== null && row.uses >= row.max_uses ? 'used_up' : 'live';
}
