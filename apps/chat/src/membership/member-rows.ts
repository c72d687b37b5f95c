import type { Tx } from '@berth/mysql';
import type { Role } from '@berth/wire';
import { inChunks } from '../stores/chunks.ts';
import { marks } from '../stores/statement-shapes.ts';
import type { MemberState } from './standing.ts';

export const roles: readonly Role[] = ['member', 'admin', 'owner'];

export interface MemberKey {
  conversation: number;
  user: number;
}

export interface MemberRow extends MemberKey, MemberState {
  readSeq: number;
  receivedSeq: number;
  /** How the group was when a former member left it; undefined of present ones. */
  leftWith: { title: string; memberCount: number } | undefined;
}

export const memberKey = (conversation: number, user: number): string => `${conversation}:${user}`;

export function parseMemberKey(key: string): MemberKey {
  const [conversation, user] = key.split(':').map(Number);
  return { conversation: conversation!, user: user! };
}

interface StoredRow {
  conversation_id: number;
  user_id: number;
  role: number;
  muted_until: number;
  joined_seq: number;
  left_seq: number | null;
  read_seq: number;
  received_seq: number;
  blocked: number;
  friend: number;
  left_title: string | null;
  left_count: number | null;
}

const columns =
  'conversation_id, user_id, role, muted_until, joined_seq, left_seq, read_seq, received_seq, blocked, friend, left_title, left_count';

const memberRowOf = (row: StoredRow): MemberRow => ({
  conversation: row.conversation_id,
  user: row.user_id,
  role: roles[row.role]!,
  mutedUntil: row.muted_until,
  joinedSeq: row.joined_seq,
  leftSeq: row.left_seq ?? undefined,
  readSeq: row.read_seq,
  receivedSeq: row.received_seq,
  blocked: row.blocked === 1,
  friend: row.friend === 1,
  leftWith:
    row.left_seq === null || row.left_title === null
      ? undefined
      : { title: row.left_title, memberCount: row.left_count ?? 0 },
});

/** Rows of any pairs, by `memberKey`; former members too. */
export async function readMembers(db: Tx, keys: readonly MemberKey[]): Promise<Map<string, MemberRow>> {
  const found = new Map<string, MemberRow>();
  await inChunks(keys, 128, async (chunk) => {
    const any = Array(chunk.length).fill('(conversation_id = ? AND user_id = ?)').join(' OR ');
    const rows = await db.rows<StoredRow>(
      `SELECT ${columns} FROM members FORCE INDEX (PRIMARY) WHERE ${any}`,
      chunk.flatMap(({ conversation, user }) => [conversation, user]),
    );
    for (const row of rows) found.set(memberKey(row.conversation_id, row.user_id), memberRowOf(row));
  });
  return found;
}

/** Rows of some users in one conversation. */
export async function readMembersAmong(
  db: Tx,
  conversation: number,
  users: readonly number[],
): Promise<MemberRow[]> {
  const found: MemberRow[] = [];
  await inChunks(users, 512, async (chunk) => {
    const rows = await db.rows<StoredRow>(
      `SELECT ${columns} FROM members WHERE conversation_id = ? AND user_id IN (${marks(chunk.length)})`,
      [conversation, ...chunk],
    );
    found.push(...rows.map(memberRowOf));
  });
  return found;
}

/** Present members in the order of their ids, above `after`. */
export async function readMembersAfter(
  db: Tx,
  conversation: number,
  after: number,
  limit: number,
): Promise<MemberRow[]> {
  const rows = await db.rows<StoredRow>(
    `SELECT ${columns} FROM members WHERE conversation_id = ? AND user_id > ? AND left_seq IS NULL ORDER BY user_id LIMIT ?`,
    [conversation, after, String(limit)],
  );
  return rows.map(memberRowOf);
}
