import { isDuplicateKey, type Tx } from '@berth/mysql';
import type { NewEntry } from '../log/append-entries.ts';
import { type ConversationRow, lockDirect } from '../membership/conversation-rows.ts';
import { type LogChange, recordChange, unchanged } from './log-change.ts';
import { addMembers, insertConversation } from './member-writes.ts';

/** What the two users of a direct conversation may do has changed. */
export interface DirectChange extends LogChange {
  conversation: number;
}

/** It says neither who nor what, since it is for both to see. */
const fence: NewEntry = { kind: 'fence', sender: 0, details: {} };

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
      0,
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

/** Says in a locked conversation whether the two are friends. In one that was made just now nobody can have written. */
export async function setFriends(
  tx: Tx,
  { row, created }: { row: ConversationRow; created: boolean },
  friends: boolean,
): Promise<DirectChange> {
  const { affectedRows } = await tx.run(
    'UPDATE members SET friend = ? WHERE conversation_id = ? AND friend <> ?',
    [Number(friends), row.id, Number(friends)],
  );
  const change = created || affectedRows === 0 ? unchanged(row) : await recordChange(tx, row, [fence]);
  return { conversation: row.id, ...change };
}

/** Says in a locked conversation whether `user` has blocked the other. */
export async function setBlocked(
  tx: Tx,
  row: ConversationRow,
  user: number,
  blocked: boolean,
): Promise<DirectChange> {
  const { affectedRows } = await tx.run(
    'UPDATE members SET blocked = ? WHERE conversation_id = ? AND user_id = ? AND blocked <> ?',
    [Number(blocked), row.id, user, Number(blocked)],
  );
  const change = affectedRows === 0 ? unchanged(row) : await recordChange(tx, row, [fence]);
  return { conversation: row.id, ...change };
}
