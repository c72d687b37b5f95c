import type { Tx } from '@berth/mysql';
import { inChunks } from '../stores/chunks.ts';
import { marks } from '../stores/statement-shapes.ts';

/** What a user's list says of one conversation. */
export interface ListRow {
  conversation: number;
  /** Of a direct conversation; 0 for a group. */
  peer: number;
  pinned: boolean;
  silenced: boolean;
  /** Marked so by the user. */
  unread: boolean;
  /** Is a member now. */
  member: boolean;
  /** Has left and put it away. */
  hidden: boolean;
  /** The head when the user archived it; undefined: it is not archived. */
  archived: number | undefined;
  /** When the user last joined or left, in milliseconds since 1970. */
  joinedAt: number;
}

interface StoredRow {
  user_id: number;
  conversation_id: number;
  peer_id: number;
  pinned: number;
  silenced: number;
  unread: number;
  member: number;
  hidden: number;
  archived_seq: number | null;
  joined_at: number;
}

const columns =
  'user_id, conversation_id, peer_id, pinned, silenced, unread, member, hidden, archived_seq, joined_at';

const listRowOf = (row: StoredRow): ListRow => ({
  conversation: row.conversation_id,
  peer: row.peer_id,
  pinned: row.pinned === 1,
  silenced: row.silenced === 1,
  unread: row.unread === 1,
  member: row.member === 1,
  hidden: row.member === 0 && row.hidden === 1,
  archived: row.archived_seq ?? undefined,
  joinedAt: row.joined_at,
});

/** The whole lists of some users. */
export async function readLists(db: Tx, users: readonly number[]): Promise<Map<number, ListRow[]>> {
  const lists = new Map<number, ListRow[]>(users.map((user) => [user, []]));
  await inChunks(users, 32, async (chunk) => {
    const rows = await db.rows<StoredRow>(
      `SELECT ${columns} FROM user_conversations WHERE user_id IN (${marks(chunk.length)})`,
      chunk,
    );
    for (const row of rows) lists.get(row.user_id)!.push(listRowOf(row));
  });
  return lists;
}

/** The conversations of a user's list: those that they are a member of now, and those that they have left. */
export interface Listed {
  present: number[];
  former: number[];
}

/** The same of some users, without what the lists say of each. */
export async function readListed(db: Tx, users: readonly number[]): Promise<Map<number, Listed>> {
  const listed = new Map<number, Listed>(users.map((user) => [user, { present: [], former: [] }]));
  await inChunks(users, 32, async (chunk) => {
    const rows = await db.rows<Pick<StoredRow, 'user_id' | 'conversation_id' | 'member'>>(
      `SELECT user_id, conversation_id, member FROM user_conversations WHERE user_id IN (${marks(chunk.length)})`,
      chunk,
    );
    for (const { user_id, conversation_id, member } of rows) {
      const { present, former } = listed.get(user_id)!;
      (member === 1 ? present : former).push(conversation_id);
    }
  });
  return listed;
}

export async function readListRows(
  db: Tx,
  user: number,
  conversations: readonly number[],
): Promise<Map<number, ListRow>> {
  const found = new Map<number, ListRow>();
  await inChunks(conversations, 512, async (chunk) => {
    const rows = await db.rows<StoredRow>(
      `SELECT ${columns} FROM user_conversations WHERE user_id = ? AND conversation_id IN (${marks(chunk.length)})`,
      [user, ...chunk],
    );
    for (const row of rows) found.set(row.conversation_id, listRowOf(row));
  });
  return found;
}
