import { isDuplicateKey, type Tx } from '@berth/mysql';
import { type ConversationRow, lockDirect } from '../membership/conversation-rows.ts';
import { addMembers, bumpMembersVersion, insertConversation } from './member-writes.ts';

/** A direct conversation's new members version: what its two users may do has changed. */
export interface DirectChange {
  conversation: number;
  membersVersion: number;
}

/**
 * The pair's conversation, locked: found, or made with both as members. `opener` is who makes it. What the two have
 * between them (blocks) is to be read after this, under the lock.
 */
export async function ensureDirect(
  tx: Tx,
  opener: number,
  other: number,
  now: number,
): Promise<{ row: ConversationRow; created: boolean }> {
  const found = await lockDirect(tx, opener, other);
  if (found !== undefined) return { row: found, created: false };
  try {
    const row = await insertConversation(
      tx,
      { kind: 'direct', createdBy: opener, memberCount: 2, direct: [opener, other] },
      now,
    );
    await addMembers(
      tx,
      row,
      [
        { user: opener, role: 'member', peer: other },
        { user: other, role: 'member', peer: opener },
      ],
      now,
    );
    return { row, created: true };
  } catch (error) {
    // The violation of a unique key undoes its statement only, and the other transaction is over.
    const made = isDuplicateKey(error, 'conversations_direct') && (await lockDirect(tx, opener, other));
    if (!made) throw error;
    return { row: made, created: false };
  }
}

/** Says in a locked conversation whether the two are friends. */
export async function setFriends(tx: Tx, row: ConversationRow, friends: boolean): Promise<DirectChange> {
  await tx.run('UPDATE members SET friend = ? WHERE conversation_id = ?', [Number(friends), row.id]);
  return { conversation: row.id, membersVersion: await bumpMembersVersion(tx, row) };
}

/** Says in a locked conversation whether `user` has blocked the other. */
export async function setBlocked(
  tx: Tx,
  row: ConversationRow,
  user: number,
  blocked: boolean,
): Promise<DirectChange> {
  await tx.run('UPDATE members SET blocked = ? WHERE conversation_id = ? AND user_id = ?', [
    Number(blocked),
    row.id,
    user,
  ]);
  return { conversation: row.id, membersVersion: await bumpMembersVersion(tx, row) };
}
