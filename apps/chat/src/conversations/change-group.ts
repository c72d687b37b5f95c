import type { Tx } from '@berth/mysql';
import { BerthError } from '@berth/wire';
import { type ConversationRow, lockConversation } from '../membership/conversation-rows.ts';
import { type MemberRow, readMembersAmong } from '../membership/member-rows.ts';
import type { Database } from '../stores/guarded-mysql.ts';
import { keepForLeavers } from './member-writes.ts';

/** What a change of a group works on: the row locked, and the members concerned. */
export interface LockedGroup {
  tx: Tx;
  row: ConversationRow;
  actor: MemberRow;
  /** The one whom it is about; the actor when nobody else. */
  other: MemberRow;
}

/** One transaction under the conversation's lock, by a member. Errors: `not_member`, `bad_request`, `not_found`. */
export async function changeGroup<T>(
  mysql: Database,
  conversation: number,
  actor: number,
  other: number,
  change: (locked: LockedGroup) => Promise<T>,
): Promise<T> {
  return mysql.transaction(async (tx) => {
    const row = await lockConversation(tx, conversation);
    if (row === undefined) throw new BerthError('not_member');
    const members = await readMembersAmong(tx, conversation, [actor, other]);
    const present = (user: number) =>
      members.find((member) => member.user === user && member.leftSeq === undefined);
    const [acting, concerned] = [present(actor), present(other)];
    if (acting === undefined) throw new BerthError('not_member');
    if (row.kind !== 'group') throw new BerthError('bad_request', 'this is no group');
    if (concerned === undefined) throw new BerthError('not_found', 'that user is not in the group');
    await keepForLeavers(tx, row);
    return change({ tx, row, actor: acting, other: concerned });
  });
}
