import type { Tx } from '@berth/mysql';
import { BerthError } from '@berth/wire';
import { entryKinds } from '../log/entry-kinds.ts';
import { readAcquaintances } from '../membership/acquaintance.ts';
import type { ConversationRow } from '../membership/conversation-rows.ts';
import { readMembersAmong } from '../membership/member-rows.ts';
import { type MembersChange, recordChange, unchanged } from './log-change.ts';
import { addMembers, keepForLeavers } from './member-writes.ts';

/** Whoever is a member already changes nothing. */
export async function isPresent(tx: Tx, conversation: number, user: number): Promise<boolean> {
  const [member] = await readMembersAmong(tx, conversation, [user]);
  return member !== undefined && member.leftSeq === undefined;
}

/**
 * Makes a user a member by themselves; the group is locked, and they are none. `host`: who lets them in, whose block and
 * whom one has blocked is stronger. Errors: `blocked`, `forbidden` for one who was removed, `limit_reached`.
 */
export async function joinGroup(
  tx: Tx,
  row: ConversationRow,
  user: number,
  { host, maxMembers }: { host: number; maxMembers: number },
): Promise<MembersChange> {
  const acquaintance = (await readAcquaintances(tx, user, [host])).get(host);
  if (acquaintance?.blocks || acquaintance?.blockedBy) throw new BerthError('blocked');
  if (await wasRemoved(tx, row.id, user))
    throw new BerthError('forbidden', 'who was removed comes back when somebody invites them');
  if (row.memberCount >= maxMembers)
    throw new BerthError('limit_reached', `a group has at most ${maxMembers} members`);
  await keepForLeavers(tx, row);
  const change = await recordChange(tx, row, [{ kind: 'joined', sender: user, details: {} }], 1);
  const joinedSeq = change.entries[0]!.seq - 1;
  await addMembers(tx, row, [{ user, role: 'member' }], joinedSeq, Date.now());
  return { ...change, users: [user] };
}

/** Of a group in which nothing happens to somebody who is there already. */
export const present = (row: ConversationRow): MembersChange => ({ ...unchanged(row), users: [] });

const removedKind = entryKinds.indexOf('removed');

/** The entry by which they went tells. */
async function wasRemoved(tx: Tx, conversation: number, user: number): Promise<boolean> {
  const [former] = await readMembersAmong(tx, conversation, [user]);
  if (former?.leftSeq === undefined) return false;
  const [entry] = await tx.rows<{ kind: number }>(
    'SELECT kind FROM messages WHERE conversation_id = ? AND seq = ?',
    [conversation, former.leftSeq],
  );
  return entry?.kind === removedKind;
}
