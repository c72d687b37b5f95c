import type { Tx } from '@berth/mysql';
import type { Attachment, AttachmentKind } from '@berth/wire';
import { inChunks } from './chunks.ts';

/** Where a message stands. */
interface Place {
  conversation: number;
  seq: number;
}

interface AttachmentRow {
  conversation_id: number;
  seq: number;
  file_id: Buffer;
  kind: number;
  name: string;
  type: Buffer;
  bytes: number;
  width: number | null;
  height: number | null;
  duration_ms: number | null;
  thumbhash: Buffer | null;
  waveform: Buffer | null;
  previews: number;
}

/** As `attachments.kind` keeps them: the index. */
export const attachmentKinds: readonly AttachmentKind[] = ['file', 'image', 'video', 'audio', 'voice'];

const columns =
  'conversation_id, seq, file_id, kind, name, type, bytes, width, height, duration_ms, thumbhash, waveform, previews';

/** The attachments of messages that have some, in their order, by `conversation:seq`. */
export async function readAttachments(
  db: Pick<Tx, 'rows'>,
  places: readonly Place[],
): Promise<Map<string, Attachment[]>> {
  const found = new Map<string, Attachment[]>();
  // A place that is repeated to fill a statement is read once all the same.
  await inChunks(places, 64, async (chunk) => {
    const any = Array(chunk.length).fill('(conversation_id = ? AND seq = ?)').join(' OR ');
    const rows = await db.rows<AttachmentRow>(
      `SELECT ${columns} FROM attachments FORCE INDEX (PRIMARY) WHERE ${any} ORDER BY conversation_id, seq, position`,
      chunk.flatMap(({ conversation, seq }) => [conversation, seq]),
    );
    for (const row of rows) {
      const key = `${row.conversation_id}:${row.seq}`;
      const attachments = found.get(key);
      if (attachments === undefined) found.set(key, [attachmentOf(row)]);
      else attachments.push(attachmentOf(row));
    }
  });
  return found;
}

/** Of one message, which is being inserted. */
export async function insertAttachments(
  tx: Pick<Tx, 'run'>,
  { conversation, seq }: Place,
  attachments: readonly Attachment[],
  /** Undefined: the sender. */
  owner?: number,
): Promise<void> {
  if (attachments.length === 0) return;
  const values = attachments.map(() => '(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)').join(',');
  await tx.run(
    `INSERT INTO attachments (conversation_id, seq, position, file_id, kind, name, type, bytes, width, height,
       duration_ms, thumbhash, waveform, previews, owner_id) VALUES ${values}`,
    attachments.flatMap((one, position) => [
      ...[conversation, seq, position, bytesOf(one.file), attachmentKinds.indexOf(one.kind)],
      ...[one.name, one.type, one.bytes, one.width ?? null, one.height ?? null, one.durationMs ?? null],
      ...[one.thumbhash ? bytesOf(one.thumbhash) : null, one.waveform ? bytesOf(one.waveform) : null],
      one.previews ? 1 : 0,
      owner ?? null,
    ]),
  );
}

/** Whose the files of a message are, all of one; undefined: of its sender, or it has none. */
export async function readFilesOwner(
  db: Pick<Tx, 'rows'>,
  { conversation, seq }: Place,
): Promise<number | undefined> {
  const [row] = await db.rows<{ owner_id: number | null }>(
    'SELECT owner_id FROM attachments WHERE conversation_id = ? AND seq = ? LIMIT 1',
    [conversation, seq],
  );
  return row?.owner_id ?? undefined;
}

/** The file that an icon names; undefined when it is something else. */
export const pictureOf = (icon: string): string | undefined => /^file:([\w-]{22})$/.exec(icon)?.[1];

export const bytesOf = (text: string): Buffer => Buffer.from(text, 'base64url');
export const textOf = (bytes: Buffer): string => bytes.toString('base64url');

const attachmentOf = (row: AttachmentRow): Attachment => ({
  file: textOf(row.file_id),
  kind: attachmentKinds[row.kind] ?? 'file',
  name: row.name,
  type: row.type.toString(),
  bytes: row.bytes,
  ...(row.width !== null && { width: row.width }),
  ...(row.height !== null && { height: row.height }),
  ...(row.duration_ms !== null && { durationMs: row.duration_ms }),
  ...(row.thumbhash !== null && { thumbhash: textOf(row.thumbhash) }),
  ...(row.waveform !== null && { waveform: textOf(row.waveform) }),
  ...(row.previews === 1 && { previews: true }),
});
