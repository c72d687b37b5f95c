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

  /** Whether a claim has come to something, when the youngest of the others was made, and whether there were any. Takes those back that are older than `before`. */
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
      if (await this.#isReal(owner, id, use)) isUsed = true;
      else if (use.claimedAt > before) youngest = Math.max(youngest ?? 0, use.claimedAt);
      else
        await this.#db.run(
          'DELETE FROM file_uses WHERE owner_id = ? AND file_id = ? AND kind = ? AND place = ? AND cid = ? AND claimed_at = ?',
          [owner, keyOf(id), use.kind, use.place, use.cid, use.claimedAt],
        );
    }
    return { isUsed, youngest, hadUses: uses.length > 0 };
  }

  async #isReal(owner: number, id: string, { kind, place, cid }: FileUse): Promise<boolean> {
    const rows = await this.#rowsOf(owner, id, kind, place, cid);
    return rows.length > 0;
  }

  async #rowsOf(owner: number, id: string, kind: number, place: number, cid: Buffer): Promise<unknown[]> {
    if (kind === message)
      return this.#db.rows(
        `SELECT m.seq FROM messages m JOIN attachments a ON a.conversation_id = m.conversation_id AND a.seq = m.seq
         WHERE m.conversation_id = ? AND m.sender_id = ? AND m.cid = ? AND a.file_id = ?`,
        [place, owner, cid, keyOf(id)],
      );
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
