import type { Tx } from '@berth/mysql';
import type { Role } from '@berth/wire';
import { type ConversationRow, directKey, kinds } from '../membership/conversation-rows.ts';
import { roles } from '../membership/member-rows.ts';
import { inChunks } from '../stores/chunks.ts';
import { marks } from '../stores/statement-shapes.ts';

/** Rows of one statement; a power of two, so that padding keeps the number of statements small. */
const chunkSize = 256;

export interface NewMember {
  user: number;
  role: Role;
  /** Direct only: the other one. */
  peer?: number;
  friend?: boolean;
}

/**
 * Makes users members who see what is above `joinedSeq`, and in a group whose history is for all what is below it, too; those
 * who were members before keep what they saw then. The
 * conversation must be locked, or new in this transaction, and none of the users may be a member.
 */
export async function addMembers(
  tx: Tx,
  conversation: Pick<ConversationRow, 'id' | 'kind' | 'settings'>,
  members: readonly NewMember[],
  joinedSeq: number,
  now: number,
): Promise<void> {
  const { id, settings } = conversation;
  if (joinedSeq > 0) await keepIntervals(tx, id, members);
  if (joinedSeq > 0 && settings?.history === 'beginning') await openHistory(tx, id, members, joinedSeq);
  await inChunks(members, chunkSize, async (chunk) => {
    await tx.run(
      `INSERT INTO members (conversation_id, user_id, role, joined_seq, read_seq, received_seq, friend)
       VALUES ${rowsOf(chunk, '(?,?,?,?,?,?,?)')}
       ON DUPLICATE KEY UPDATE role = VALUES(role), joined_seq = VALUES(joined_seq), left_seq = NULL,
         left_title = NULL, left_count = NULL,
         read_seq = GREATEST(read_seq, VALUES(read_seq)), received_seq = GREATEST(received_seq, VALUES(received_seq)),
         friend = VALUES(friend)`,
      chunk.flatMap(({ user, role, friend = false }) => [
        id,
        user,
        roles.indexOf(role),
        joinedSeq,
        joinedSeq,
        joinedSeq,
        Number(friend),
      ]),
    );
    await tx.run(
      `INSERT INTO user_conversations (user_id, conversation_id, kind, peer_id, joined_at)
       VALUES ${rowsOf(chunk, '(?,?,?,?,?)')}
       ON DUPLICATE KEY UPDATE member = 1, hidden = 0, archived_seq = NULL, joined_at = VALUES(joined_at)`,
      chunk.flatMap(({ user, peer = 0 }) => [user, id, kinds[conversation.kind], peer, now]),
    );
  });
}

async function keepIntervals(tx: Tx, conversation: number, members: readonly NewMember[]): Promise<void> {
  const users = members.map(({ user }) => user);
  await inChunks(users, chunkSize, async (chunk) => {
    await tx.run(
      `INSERT INTO member_intervals (conversation_id, user_id, joined_seq, left_seq)
       SELECT conversation_id, user_id, joined_seq, left_seq FROM members
       WHERE conversation_id = ? AND user_id IN (${marks(chunk.length)}) AND left_seq > joined_seq
       ON DUPLICATE KEY UPDATE left_seq = GREATEST(member_intervals.left_seq, VALUES(left_seq))`,
      [conversation, ...chunk],
    );
  });
}

/** What was there before they came is an interval of theirs like one of an earlier stay. */
async function openHistory(
  tx: Tx,
  conversation: number,
  members: readonly NewMember[],
  upTo: number,
): Promise<void> {
  await inChunks(members, chunkSize, async (chunk) => {
    await tx.run(
      `INSERT INTO member_intervals (conversation_id, user_id, joined_seq, left_seq)
       VALUES ${rowsOf(chunk, '(?,?,?,?)')}
       ON DUPLICATE KEY UPDATE left_seq = GREATEST(left_seq, VALUES(left_seq))`,
      chunk.flatMap(({ user }) => [conversation, user, 0, upTo]),
    );
  });
}

/**
 * Ends a membership with the entry that tells of it; how the conversation is then is what a former member is told from then
 * on. The conversation must be locked and the user a member.
 */
export async function endMembership(
  tx: Tx,
  { id, title, memberCount }: Pick<ConversationRow, 'id' | 'title' | 'memberCount'>,
  user: number,
  leftSeq: number,
  now: number,
): Promise<void> {
  await tx.run(
    `UPDATE members SET left_seq = ?, left_title = ?, left_count = ?, role = 0
     WHERE conversation_id = ? AND user_id = ?`,
    [leftSeq, title, memberCount - 1, id, user],
  );
  await tx.run(
    'UPDATE user_conversations SET member = 0, joined_at = ? WHERE user_id = ? AND conversation_id = ?',
    [now, user, id],
  );
}

/**
 * Before a change: keeps what the group was for those who have left it through a node of an earlier release, which did not.
 * The conversation must be locked.
 */
export async function keepForLeavers(
  tx: Tx,
  { id, title, memberCount }: Pick<ConversationRow, 'id' | 'title' | 'memberCount'>,
): Promise<void> {
  await tx.run(
    `UPDATE members SET left_title = ?, left_count = ?
     WHERE conversation_id = ? AND left_seq IS NOT NULL AND left_title IS NULL`,
    [title, memberCount, id],
  );
}

/** Says which entry changed the members last, and that there are `joined` more of them. */
export async function setMembersVersion(
  tx: Tx,
  conversation: number,
  version: number,
  joined = 0,
): Promise<void> {
  await tx.run(
    'UPDATE conversations SET members_version = ?, member_count = CAST(member_count AS SIGNED) + ? WHERE id = ?',
    [version, joined, conversation],
  );
}

export interface NewConversation {
  kind: 'direct' | 'group';
  createdBy: number;
  memberCount: number;
  title?: string;
  /** Both users, of a direct conversation. */
  direct?: readonly [number, number];
  /** The creator's name for the creation of a group. */
  cid?: string;
}

/** Throws the driver's 1062 when the pair has a conversation, or the creator has used the cid. */
export async function insertConversation(
  tx: Tx,
  { kind, createdBy, memberCount, title = '', direct, cid }: NewConversation,
  now: number,
): Promise<ConversationRow> {
  const { insertId } = await tx.run(
    `INSERT INTO conversations (kind, title, direct_key, created_by, create_cid, member_count, created_at)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
    [kinds[kind], title, direct ? directKey(...direct) : null, createdBy, cid ?? null, memberCount, now],
  );
  return {
    id: insertId,
    kind,
    title,
    picture: undefined,
    direct: direct && [Math.min(...direct), Math.max(...direct)],
    membersVersion: 0,
    memberCount,
    createdAt: now,
    changed: 0,
    hides: false,
    mentioned: 0,
    settings: undefined,
    threaded: false,
  };
}

const rowsOf = (items: readonly unknown[], row: string): string => Array(items.length).fill(row).join(',');
