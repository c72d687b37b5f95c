import type { Mysql } from '@berth/mysql';
import { keyOf } from './mysql-file-store.ts';

interface FileUse {
  kind: number;
  place: number;
  cid: Buffer;
  claimedAt: number;
}

/** As `file_uses.kind` has them; `forward`: messages by which others pass it on. */
const [message, profile, group, forward] = [0, 1, 2, 3];

/** Whether what was to use a file does. The claims stand with the file, what they are for elsewhere. */
export class MysqlFileUses {
  readonly #db: Mysql;

  constructor(db: Mysql) {
    this.#db = db;
  }

  /**
   * Whether a claim has come to something, when the youngest was made of which nothing has come yet, and whether there were any. Takes
   * those back that are over, or older than `before`.
   */
  async check(
    owner: number,
    id: string,
    before: number,
  ): Promise<{ isUsed: boolean; youngest: number | undefined; hadUses: boolean }> {
    const uses = await this.#db.rows<FileUse>(
      'SELECT kind, place, cid, claimed_at AS claimedAt FROM file_uses WHERE owner_id = ? AND file_id = ?',
      [owner, keyOf(id)],
    );
    let isUsed = false;
    let youngest: number | undefined;
    for (const use of uses) {
      const state = await this.#stateOf(owner, id, use);
      if (state === 'used') isUsed = true;
      else if (state === 'awaited' && use.claimedAt > before)
        youngest = Math.max(youngest ?? 0, use.claimedAt);
      else
        await this.#db.run(
          'DELETE FROM file_uses WHERE owner_id = ? AND file_id = ? AND kind = ? AND place = ? AND cid = ? AND claimed_at = ?',
          [owner, keyOf(id), use.kind, use.place, use.cid, use.claimedAt],
        );
    }
    return { isUsed, youngest, hadUses: uses.length > 0 };
  }

  async #stateOf(owner: number, id: string, use: FileUse): Promise<'used' | 'awaited' | 'over'> {
    if (use.kind === message) return this.#stateOfMessage(owner, id, use);
    return (await this.#rowsOf(owner, id, use)).length > 0 ? 'used' : 'awaited';
  }

  /** One that is there and has the file no more was recalled: they come together. */
  async #stateOfMessage(
    owner: number,
    id: string,
    { place, cid }: FileUse,
  ): Promise<'used' | 'awaited' | 'over'> {
    const [row] = await this.#db.rows<{ seq: number | null }>(
      `SELECT a.seq FROM messages m
       LEFT JOIN attachments a ON a.conversation_id = m.conversation_id AND a.seq = m.seq AND a.file_id = ?
       WHERE m.conversation_id = ? AND m.sender_id = ? AND m.cid = ? LIMIT 1`,
      [keyOf(id), place, owner, cid],
    );
    if (row === undefined) return 'awaited';
    return row.seq === null ? 'over' : 'used';
  }

  async #rowsOf(owner: number, id: string, { kind, place }: FileUse): Promise<unknown[]> {
    if (kind === profile)
      return this.#db.rows('SELECT id FROM users WHERE id = ? AND icon = ?', [place, `file:${id}`]);
    if (kind === group)
      return this.#db.rows('SELECT id FROM conversations WHERE id = ? AND picture = ?', [place, keyOf(id)]);
    if (kind === forward)
      return this.#db.rows(
        'SELECT seq FROM attachments WHERE conversation_id = ? AND owner_id = ? AND file_id = ? LIMIT 1',
        [place, owner, keyOf(id)],
      );
    // Of a later release: it is kept.
    return [kind];
  }
}
