import type { Tx } from '@berth/mysql';
import { type Attachment, BerthError } from '@berth/wire';
import type { RequestBody } from '@berth/wire/requests';
import { attachmentKinds, bytesOf, readFilesOwner, textOf } from './attachment-rows.ts';
import type { Database } from './guarded-mysql.ts';
import { marks } from './statement-shapes.ts';

type WantedAttachment = NonNullable<RequestBody<'send'>['attachments']>[number];

/** What uses a file: a message by its sender's name of it, messages of others, or a picture of a person or a group. */
export type FileUse =
  | { kind: 'message'; conversation: number; cid: string }
  /** A message that passes on what another said, whose the file is. */
  | { kind: 'forward'; conversation: number }
  | { kind: 'profile' }
  | { kind: 'group'; group: number };

interface FileRow {
  id: Buffer;
  state: number;
  kind: number;
  name: string;
  type: Buffer;
  bytes: number;
  width: number | null;
  height: number | null;
  thumbhash: Buffer | null;
  previews: number;
}

/** States of `files`. */
const processing = 1;
const ready = 2;
/** After this it is looked at whether the use has come about. */
const confirmAfterMs = 3_600_000;

/**
 * Files on their way into use. A use is written before what it is for, in a transaction of its own, since the two may lie on
 * different shards: one of which nothing came is taken back by the sweep of the files service.
 */
export class MysqlFileClaims {
  readonly #mysql: Database;

  constructor(mysql: Database) {
    this.#mysql = mysql;
  }

  /**
   * Of files of one's own what others are told of them. Throws `not_found` for any other, `conflict` for one that is not ready
   * yet. Doing it again changes nothing.
   */
  async attach(
    owner: number,
    use: FileUse,
    wanted: readonly WantedAttachment[],
    now: number,
  ): Promise<Attachment[]> {
    const rows = await this.#mysql.transaction((tx) => claim(tx, owner, use, wanted, now));
    return wanted.map((one) => attachmentOf(one, rows.get(one.file)!));
  }

  /** Whose the files of a message are, when that is not its sender. */
  ownerOf(place: { conversation: number; seq: number }): Promise<number | undefined> {
    return readFilesOwner(this.#mysql, place);
  }

  /** A picture of one's own, that others can be shown. Throws as `attach`, and `bad_request` for what is no picture. */
  async picture(owner: number, use: FileUse, file: string, now: number): Promise<void> {
    const [attachment] = await this.attach(owner, use, [{ file, kind: 'image' }], now);
    if (attachment?.kind !== 'image') throw new BerthError('bad_request', 'this file is no picture');
  }

  /** They may be used no more: the sweep looks at them now. For pictures that were replaced, and messages that were recalled. */
  async release(owner: number, files: readonly string[], now: number): Promise<void> {
    if (files.length === 0) return;
    await this.#mysql.run(
      `UPDATE files SET due_at = ? WHERE owner_id = ? AND id IN (${marks(files.length)})`,
      [now, owner, ...files.map(bytesOf)],
    );
  }
}

async function claim(
  tx: Tx,
  owner: number,
  use: FileUse,
  wanted: readonly { file: string }[],
  now: number,
): Promise<Map<string, FileRow>> {
  const ids = [...new Set(wanted.map(({ file }) => file))].map(bytesOf);
  const rows = await tx.rows<FileRow>(
    `SELECT id, state, kind, name, type, bytes, width, height, thumbhash, previews FROM files
     WHERE owner_id = ? AND id IN (${marks(ids.length)}) ORDER BY id FOR UPDATE`,
    [owner, ...ids],
  );
  const found = new Map(rows.map((row) => [textOf(row.id), row]));
  for (const { file } of wanted) {
    const state = found.get(file)?.state;
    if (state === processing)
      throw new BerthError('conflict', 'This file is still being looked at.', { retryAfterMs: 500 });
    if (state !== ready) throw new BerthError('not_found', 'There is no such file, or it is not yours.');
  }
  for (const id of ids)
    await tx.run(
      `INSERT INTO file_uses (owner_id, file_id, kind, place, cid, claimed_at) VALUES (?, ?, ?, ?, ?, ?)
       ON DUPLICATE KEY UPDATE claimed_at = VALUES(claimed_at)`,
      [owner, id, ...placeOf(use, owner), now],
    );
  await tx.run(`UPDATE files SET due_at = ? WHERE owner_id = ? AND id IN (${marks(ids.length)})`, [
    now + confirmAfterMs,
    owner,
    ...ids,
  ]);
  return found;
}

/** As `file_uses` keeps it: kind, place, cid. */
function placeOf(use: FileUse, owner: number): [number, number, string] {
  if (use.kind === 'message') return [0, use.conversation, use.cid];
  if (use.kind === 'forward') return [3, use.conversation, ''];
  return use.kind === 'profile' ? [1, owner, ''] : [2, use.group, ''];
}

/** What the bytes are is known; how it is meant, and what no one here can measure, is the sender's to say. */
function attachmentOf(wanted: WantedAttachment, row: FileRow): Attachment {
  const found = attachmentKinds[row.kind] ?? 'file';
  // What browsers record is in a container for videos, that holds sound alone: who sends it knows.
  const isSound = found === 'audio' || found === 'video';
  const isVoice = wanted.kind === 'voice' && isSound;
  const isAsMeant = wanted.kind === found || (wanted.kind === 'audio' && isSound);
  const kind = isVoice ? 'voice' : isAsMeant ? wanted.kind : 'file';
  const width = row.width ?? (kind === 'video' ? wanted.width : undefined);
  const height = row.height ?? (kind === 'video' ? wanted.height : undefined);
  const thumbhash =
    row.thumbhash === null ? (kind === 'video' ? wanted.thumbhash : undefined) : textOf(row.thumbhash);
  const isTimed = kind === 'video' || kind === 'audio' || kind === 'voice';
  return {
    file: wanted.file,
    kind,
    name: row.name,
    type: row.type.toString(),
    bytes: row.bytes,
    ...(width !== undefined && { width }),
    ...(height !== undefined && { height }),
    ...(isTimed && wanted.durationMs !== undefined && { durationMs: wanted.durationMs }),
    ...(thumbhash !== undefined && { thumbhash }),
    ...(isVoice && wanted.waveform !== undefined && { waveform: wanted.waveform }),
    ...(row.previews === 1 && { previews: true }),
  };
}
