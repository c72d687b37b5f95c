import type { Tx } from '@berth/mysql';
import { readGroupLink } from '@berth/mysql/group-links';
import { createInviteToken, formatInviteToken, parseInviteToken } from '@berth/tokens';
import { BerthError, type GroupLink } from '@berth/wire';
import { lockConversation } from '../membership/conversation-rows.ts';
import { readMembersAmong } from '../membership/member-rows.ts';
import type { Database } from '../stores/guarded-mysql.ts';
import { changeGroup } from './change-group.ts';
import { requireAdmin } from './group-rules.ts';
import { isPresent, joinGroup, present } from './join-group.ts';
import type { MembersChange } from './log-change.ts';

/** Of one group: links that are good at a time. */
const maxLive = 20;
/** What became of a link is told for so long after its end; then it is forgotten. */
const keptMs = 30 * 24 * 3_600_000;

interface LinkRow {
  secret: Buffer;
  created_by: number;
  max_uses: number | null;
  uses: number;
  created_at: number;
  expires_at: number | null;
  revoked_at: number | null;
}

/** Links by which anyone may join a group, made by its admins. Errors: `not_member`, `forbidden`, `not_found`. */
export class MysqlGroupLinks {
  readonly #mysql: Database;
  readonly #maxMembers: number;

  constructor({ mysql, maxMembers }: { mysql: Database; maxMembers: number }) {
    this.#mysql = mysql;
    this.#maxMembers = maxMembers;
  }

  /** Errors: `limit_reached`, too. */
  async create(
    conversation: number,
    by: number,
    { maxUses, forMs }: { maxUses?: number | undefined; forMs?: number | undefined },
  ): Promise<GroupLink> {
    const { token: link, secret } = createInviteToken(conversation);
    const createdAt = Date.now();
    const expiresAt = forMs === undefined ? undefined : createdAt + forMs;
    await changeGroup(this.#mysql, conversation, by, by, async ({ tx, actor: { role } }) => {
      requireAdmin(role);
      await forgetOld(tx, conversation, createdAt - keptMs);
      const [count] = await tx.rows<{ live: number | string | null }>(
        `SELECT SUM(revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ?)
           AND (max_uses IS NULL OR uses < max_uses)) AS live
         FROM group_links WHERE conversation_id = ?`,
        [createdAt, conversation],
      );
      if (Number(count!.live) >= maxLive)
        throw new BerthError('limit_reached', `a group has at most ${maxLive} links at a time`);
      await tx.run(
        `INSERT INTO group_links (conversation_id, secret, created_by, max_uses, created_at, expires_at)
         VALUES (?, ?, ?, ?, ?, ?)`,
        [conversation, secret, by, maxUses ?? null, createdAt, expiresAt ?? null],
      );
    });
    return {
      ...{ link, by, createdAt, uses: 0, revoked: false },
      ...(expiresAt !== undefined && { expiresAt }),
      ...(maxUses !== undefined && { maxUses }),
    };
  }

  /** The newest first; for admins. */
  async page(conversation: number, user: number, start: number, limit: number): Promise<GroupLink[]> {
    const [member] = await readMembersAmong(this.#mysql, conversation, [user]);
    if (member === undefined || member.leftSeq !== undefined) throw new BerthError('not_member');
    requireAdmin(member.role);
    const rows = await this.#mysql.rows<LinkRow>(
      `SELECT secret, created_by, max_uses, uses, created_at, expires_at, revoked_at FROM group_links
       WHERE conversation_id = ? ORDER BY created_at DESC, secret LIMIT ? OFFSET ?`,
      [conversation, String(limit), String(start)],
    );
    return rows.map((row) => ({
      link: formatInviteToken(conversation, row.secret),
      by: row.created_by,
      createdAt: Number(row.created_at),
      ...(row.expires_at !== null && { expiresAt: Number(row.expires_at) }),
      ...(row.max_uses !== null && { maxUses: row.max_uses }),
      uses: row.uses,
      revoked: row.revoked_at !== null,
    }));
  }

  /** Nobody joins by it any more; again, it changes nothing. */
  async revoke(conversation: number, by: number, link: string): Promise<void> {
    await changeGroup(this.#mysql, conversation, by, by, async ({ tx, actor: { role } }) => {
      requireAdmin(role);
      const key = parseInviteToken(link);
      const of = [conversation, key?.secret ?? ''];
      const known =
        key?.user === conversation
          ? await tx.rows('SELECT 1 FROM group_links WHERE conversation_id = ? AND secret = ?', of)
          : [];
      if (known.length === 0) throw unknownLink();
      await tx.run(
        'UPDATE group_links SET revoked_at = COALESCE(revoked_at, ?) WHERE conversation_id = ? AND secret = ?',
        [Date.now(), ...of],
      );
    });
  }

  /** Errors: `invite_…`, `blocked`, `limit_reached`, too. Whoever is a member takes no use of it. */
  async join(user: number, link: string): Promise<MembersChange & { conversation: number }> {
    const key = parseInviteToken(link);
    if (key === undefined) throw unknownLink();
    const { user: conversation, secret } = key;
    return this.#mysql.transaction(async (tx) => {
      // Under its lock uses are counted one after the other.
      const row = await lockConversation(tx, conversation);
      // Whoever came into a group that everybody has left would find it without an owner.
      if (row?.kind !== 'group' || row.memberCount === 0) throw unknownLink();
      const { state, by: host } = await readGroupLink(tx, { conversation, secret });
      if (state === 'unknown') throw unknownLink();
      if (await isPresent(tx, conversation, user)) return { conversation, ...present(row) };
      if (state !== 'live') throw new BerthError(`invite_${state}`);
      const change = await joinGroup(tx, row, user, { host, maxMembers: this.#maxMembers });
      await tx.run('UPDATE group_links SET uses = uses + 1 WHERE conversation_id = ? AND secret = ?', [
        conversation,
        secret,
      ]);
      return { conversation, ...change };
    });
  }
}

const unknownLink = (): BerthError => new BerthError('not_found', 'there is no such link');

async function forgetOld(tx: Tx, conversation: number, beforeMs: number): Promise<void> {
  await tx.run('DELETE FROM group_links WHERE conversation_id = ? AND (expires_at < ? OR revoked_at < ?)', [
    conversation,
    beforeMs,
    beforeMs,
  ]);
}
