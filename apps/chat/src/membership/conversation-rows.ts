import type { Tx } from '@berth/mysql';
import type { SetSettings } from '@berth/wire';
import { textOf } from '../stores/attachment-rows.ts';
import { inChunks } from '../stores/chunks.ts';
import { marks } from '../stores/statement-shapes.ts';

export interface ConversationRow {
  id: number;
  kind: 'direct' | 'group';
  title: string;
  /** A file that shows a group. */
  picture: string | undefined;
  /** Both users of a direct conversation, the lower id first. */
  direct: readonly [number, number] | undefined;
  /** The seq of the entry that changed them last; 0 before there was one. */
  membersVersion: number;
  memberCount: number;
  createdAt: number;
  /** The entry that changed a message last. */
  changed: number;
  /** Somebody has deleted a message of it for themselves. */
  hides: boolean;
  /** The newest message that mentions somebody. */
  mentioned: number;
  /** There are threads in it. */
  threaded: boolean;
  /** Of a group, once something was set. */
  settings: SetSettings | undefined;
}

export interface StoredConversationRow {
  id: number;
  kind: number;
  title: string;
  picture: Buffer | null;
  direct_key: Buffer | null;
  members_version: number;
  member_count: number;
  created_at: number;
  changed_seq: number;
  hides: number;
  mentioned_seq: number;
  settings: string | null;
  threaded: number;
}

export const conversationColumns =
  'id, kind, title, picture, direct_key, members_version, member_count, created_at, changed_seq, hides, mentioned_seq, settings, threaded';

export const kinds = { direct: 1, group: 2 } as const;

/** The unique key of a pair: both ids, the lower first, big endian. */
export function directKey(a: number, b: number): Buffer {
  const key = Buffer.alloc(8);
  key.writeUInt32BE(Math.min(a, b), 0);
  key.writeUInt32BE(Math.max(a, b), 4);
  return key;
}

/** Both users of a direct conversation, the lower id first; undefined of a group. */
export const directOf = (key: Buffer | null): ConversationRow['direct'] =>
  key === null ? undefined : [key.readUInt32BE(0), key.readUInt32BE(4)];

export const conversationRowOf = (row: StoredConversationRow): ConversationRow => ({
  id: row.id,
  kind: row.kind === kinds.direct ? 'direct' : 'group',
  title: row.title,
  picture: row.picture === null ? undefined : textOf(row.picture),
  direct: directOf(row.direct_key),
  membersVersion: row.members_version,
  memberCount: row.member_count,
  createdAt: row.created_at,
  changed: row.changed_seq,
  hides: row.hides === 1,
  mentioned: row.mentioned_seq,
  threaded: row.threaded === 1,
  settings: row.settings === null ? undefined : (JSON.parse(row.settings) as SetSettings),
});

export async function readConversations(
  db: Tx,
  ids: readonly number[],
): Promise<Map<number, ConversationRow>> {
  const found = new Map<number, ConversationRow>();
  await inChunks(ids, 512, async (chunk) => {
    const rows = await db.rows<StoredConversationRow>(
      `SELECT ${conversationColumns} FROM conversations WHERE id IN (${marks(chunk.length)})`,
      chunk,
    );
    for (const row of rows) found.set(row.id, conversationRowOf(row));
  });
  return found;
}

/** Locks one conversation's row for a change of its members; undefined when there is none. */
export async function lockConversation(tx: Tx, id: number): Promise<ConversationRow | undefined> {
  const [row] = await tx.rows<StoredConversationRow>(
    `SELECT ${conversationColumns} FROM conversations WHERE id = ? FOR UPDATE`,
    [id],
  );
  return row && conversationRowOf(row);
}

export async function findDirect(db: Tx, a: number, b: number): Promise<ConversationRow | undefined> {
  const [row] = await db.rows<StoredConversationRow>(
    `SELECT ${conversationColumns} FROM conversations WHERE direct_key = ?`,
    [directKey(a, b)],
  );
  return row && conversationRowOf(row);
}

/**
 * Locks the pair's conversation; undefined when they have none. Waits for a transaction that is making it, which a plain
 * read would overlook.
 */
export async function lockDirect(tx: Tx, a: number, b: number): Promise<ConversationRow | undefined> {
  const [row] = await tx.rows<StoredConversationRow>(
    `SELECT ${conversationColumns} FROM conversations WHERE direct_key = ? FOR UPDATE`,
    [directKey(a, b)],
  );
  return row && conversationRowOf(row);
}
