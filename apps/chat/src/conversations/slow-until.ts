import type { Tx } from '@berth/mysql';
import type { ConversationRow } from '../membership/conversation-rows.ts';
import type { MemberRow } from '../membership/member-rows.ts';
import { readPaces } from '../membership/pace-rows.ts';

/** When a user may write again in those of the conversations whose slow mode holds them back; read only where one does. */
export async function readSlowUntil(
  db: Tx,
  user: number,
  conversations: readonly { row: ConversationRow; member: MemberRow }[],
): Promise<Map<number, number>> {
  const slowMs = new Map<number, number>();
  for (const { row, member } of conversations) {
    const isHeld = member.role === 'member' && member.leftSeq === undefined;
    if (isHeld && row.settings?.slowMs) slowMs.set(row.id, row.settings.slowMs);
  }
  if (slowMs.size === 0) return new Map();
  const keys = [...slowMs.keys()].map((conversation) => ({ conversation, user }));
  return new Map(
    (await readPaces(db, keys)).map(({ conversation, sentAt }) => [
      conversation,
      sentAt + slowMs.get(conversation)!,
    ]),
  );
}
