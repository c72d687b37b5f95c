import { isDuplicateKey, type Mysql, type Tx } from '@berth/mysql';
import { BerthError } from '@berth/wire';
import type { UserLimits } from '../config.ts';

export type FileState = 'uploading' | 'processing' | 'ready' | 'going';
const states: readonly FileState[] = ['uploading', 'processing', 'ready', 'going'];

export type FileKind = 'file' | 'image' | 'video' | 'audio';
const kinds: readonly FileKind[] = ['file', 'image', 'video', 'audio'];

export interface StoredFile {
  owner: number;
  /** 22 characters. */
  id: string;
  state: FileState;
  name: string;
  /** As its owner said. */
  declared: number;
  bytes: number;
  /** Nothing is to be taken out of it. */
  asItIs: boolean;
  kind: FileKind;
  type: string;
  width: number | undefined;
  height: number | undefined;
  thumbhash: Buffer | undefined;
  previews: boolean;
  createdAt: number;
  /** When the sweep looks at it; undefined: somebody uses it. */
  dueAt: number | undefined;
}

/** What was found in a file. */
export interface FileFindings {
  kind: FileKind;
  type: string;
  bytes: number;
  width?: number;
  height?: number;
  thumbhash?: Buffer;
  previews?: boolean;
}

interface FileRow {
  owner_id: number;
  id: Buffer;
  state: number;
  name: string;
  declared: number;
  bytes: number;
  as_it_is: number;
  kind: number;
  type: Buffer;
  width: number | null;
  height: number | null;
  thumbhash: Buffer | null;
  previews: number;
  created_at: number;
  due_at: number | null;
}

const columns =
  'owner_id, id, state, name, declared, bytes, as_it_is, kind, type, width, height, thumbhash, previews, created_at, due_at';
const dayMs = 86_400_000;
/** A file that is being looked into is looked at again after this: its process may be gone. */
export const processingMs = 60_000;

/** What is known of files, and what their owners have left. Every statement is about one owner. */
export class MysqlFileStore {
  readonly #db: Mysql;
  readonly #limits: UserLimits;
  readonly #unattachedMs: number;

  constructor(db: Mysql, limits: UserLimits, unattachedMs: number) {
    this.#db = db;
    this.#limits = limits;
    this.#unattachedMs = unattachedMs;
  }

  /** Begins an upload. Throws `too_large`, `limit_reached`, `rate_limited`. */
  async begin(
    { owner, id, name, declared, asItIs }: Pick<StoredFile, 'owner' | 'id' | 'name' | 'declared' | 'asItIs'>,
    now: number,
  ): Promise<void> {
    const { fileBytes, dayBytes, totalBytes, openUploads } = this.#limits;
    if (declared > fileBytes) throw new BerthError('too_large', `A file has at most ${sizeOf(fileBytes)}.`);
    const day = Math.floor(now / dayMs);
    await this.#db.transaction(async (tx) => {
      const budget = await lockBudget(tx, owner);
      const today = (budget.day === day ? budget.dayBytes : 0) + declared;
      if (budget.openUploads >= openUploads)
        throw new BerthError('limit_reached', `At most ${openUploads} uploads are open at a time.`);
      if (budget.totalBytes + declared > totalBytes)
        throw new BerthError('limit_reached', `All files of one user have at most ${sizeOf(totalBytes)}.`);
      if (today > dayBytes)
        throw new BerthError('rate_limited', `At most ${sizeOf(dayBytes)} are uploaded in a day.`, {
          retryAfterMs: (day + 1) * dayMs - now,
        });
      await tx.run(
        `UPDATE file_budgets SET total_bytes = total_bytes + ?, day = ?, day_bytes = ?, open_uploads = open_uploads + 1
         WHERE owner_id = ?`,
        [declared, day, today, owner],
      );
      await tx.run(
        `INSERT INTO files (owner_id, id, state, name, declared, bytes, as_it_is, created_at, due_at)
         VALUES (?, ?, 0, ?, ?, ?, ?, ?, ?)`,
        [owner, keyOf(id), name, declared, declared, asItIs ? 1 : 0, now, now + this.#unattachedMs],
      );
    });
  }

  async find(owner: number, id: string): Promise<StoredFile | undefined> {
    const [row] = await this.#db.rows<FileRow>(`SELECT ${columns} FROM files WHERE owner_id = ? AND id = ?`, [
      owner,
      keyOf(id),
    ]);
    return row && fileOf(row);
  }

  /** Whether something uses it, or is about to. */
  async isClaimed(owner: number, id: string): Promise<boolean> {
    const rows = await this.#db.rows(
      'SELECT kind FROM file_uses WHERE owner_id = ? AND file_id = ? LIMIT 1',
      [owner, keyOf(id)],
    );
    return rows.length > 0;
  }

  /** All bytes are there. False when that was known. */
  async uploaded(owner: number, id: string, now: number): Promise<boolean> {
    return this.#db.transaction(async (tx) => {
      const { affectedRows } = await tx.run(
        'UPDATE files SET state = 1, due_at = ? WHERE owner_id = ? AND id = ? AND state = 0',
        [now + processingMs, owner, keyOf(id)],
      );
      if (affectedRows === 0) return false;
      await closeUpload(tx, owner);
      return true;
    });
  }

  /** It was looked into, and may be attached; false when that was known, or it has been deleted meanwhile. */
  async ready({ owner, id, createdAt }: StoredFile, found: FileFindings, now: number): Promise<boolean> {
    const { affectedRows } = await this.#db.run(
      `UPDATE files SET state = 2, kind = ?, type = ?, bytes = ?, width = ?, height = ?, thumbhash = ?, previews = ?, due_at = ?
       WHERE owner_id = ? AND id = ? AND state = 1`,
      [
        ...[kinds.indexOf(found.kind), found.type, found.bytes, found.width ?? null, found.height ?? null],
        ...[found.thumbhash ?? null, found.previews ? 1 : 0],
        // From now on, too, when it took long.
        ...[
          Math.max(createdAt + this.#unattachedMs, now + Math.min(this.#unattachedMs, 3_600_000)),
          owner,
          keyOf(id),
        ],
      ],
    );
    return affectedRows > 0;
  }

  /** Those that the sweep is to look at, the longest overdue first. */
  async due(now: number, limit: number): Promise<StoredFile[]> {
    const rows = await this.#db.rows<FileRow>(
      `SELECT ${columns} FROM files WHERE due_at <= ? ORDER BY due_at LIMIT ${limit}`,
      [now],
    );
    return rows.map(fileOf);
  }

  /** The sweep looks again at `dueAt`, or never; false when the file has changed since it was read. */
  async lookAgain({ owner, id, state, dueAt }: StoredFile, at: number | undefined): Promise<boolean> {
    const { affectedRows } = await this.#db.run(
      'UPDATE files SET due_at = ? WHERE owner_id = ? AND id = ? AND state = ? AND due_at <=> ?',
      [at ?? null, owner, keyOf(id), states.indexOf(state), dueAt ?? null],
    );
    return affectedRows > 0;
  }

  /** From here on nobody can use it, and it is deleted whatever happens; false when it has changed since it was read. */
  async doom({ owner, id, state, dueAt }: StoredFile, now: number): Promise<boolean> {
    if (state === 'going') return true;
    return this.#db.transaction(async (tx) => {
      const { affectedRows } = await tx.run(
        'UPDATE files SET state = 3, due_at = ? WHERE owner_id = ? AND id = ? AND state = ? AND due_at <=> ?',
        [now, owner, keyOf(id), states.indexOf(state), dueAt ?? null],
      );
      if (affectedRows > 0 && state === 'uploading') await closeUpload(tx, owner);
      return affectedRows > 0;
    });
  }

  /** Its bytes are deleted. */
  async forget(owner: number, id: string): Promise<void> {
    await this.#db.transaction(async (tx) => {
      const [row] = await tx.rows<{ declared: number }>(
        'SELECT declared FROM files WHERE owner_id = ? AND id = ? AND state = 3 FOR UPDATE',
        [owner, keyOf(id)],
      );
      if (row === undefined) return;
      await tx.run('DELETE FROM file_uses WHERE owner_id = ? AND file_id = ?', [owner, keyOf(id)]);
      await tx.run('DELETE FROM files WHERE owner_id = ? AND id = ?', [owner, keyOf(id)]);
      await tx.run(
        'UPDATE file_budgets SET total_bytes = IF(total_bytes > ?, total_bytes - ?, 0) WHERE owner_id = ?',
        [row.declared, row.declared, owner],
      );
    });
  }
}

async function lockBudget(
  tx: Tx,
  owner: number,
): Promise<{ totalBytes: number; day: number; dayBytes: number; openUploads: number }> {
  const select = () =>
    tx.rows<{ total_bytes: number; day: number; day_bytes: number; open_uploads: number }>(
      'SELECT total_bytes, day, day_bytes, open_uploads FROM file_budgets WHERE owner_id = ? FOR UPDATE',
      [owner],
    );
  let [row] = await select();
  if (row === undefined) {
    await tx.run('INSERT INTO file_budgets (owner_id) VALUES (?)', [owner]).catch((error: unknown) => {
      if (!isDuplicateKey(error)) throw error;
    });
    [row] = await select();
  }
  const { total_bytes: totalBytes, day, day_bytes: dayBytes, open_uploads: openUploads } = row!;
  return { totalBytes: Number(totalBytes), day, dayBytes: Number(dayBytes), openUploads };
}

const closeUpload = (tx: Tx, owner: number): Promise<unknown> =>
  tx.run(
    'UPDATE file_budgets SET open_uploads = IF(open_uploads > 0, open_uploads - 1, 0) WHERE owner_id = ?',
    [owner],
  );

export const keyOf = (id: string): Buffer => Buffer.from(id, 'base64url');

const sizeOf = (bytes: number): string => `${Math.floor(bytes / 1_048_576)} MiB`;

const fileOf = (row: FileRow): StoredFile => ({
  owner: row.owner_id,
  id: row.id.toString('base64url'),
  state: states[row.state]!,
  name: row.name,
  declared: Number(row.declared),
  bytes: Number(row.bytes),
  asItIs: row.as_it_is === 1,
  kind: kinds[row.kind] ?? 'file',
  type: row.type.toString(),
  width: row.width ?? undefined,
  height: row.height ?? undefined,
  thumbhash: row.thumbhash ?? undefined,
  previews: row.previews === 1,
  createdAt: row.created_at,
  dueAt: row.due_at ?? undefined,
});
