import type { Tx } from '@berth/mysql';
import { inChunks } from '../stores/chunks.ts';
import type { MemberKey } from './member-rows.ts';

/** When a member wrote last in a group with a slow mode. */
interface Pace extends MemberKey {
  sentAt: number;
}

/** Of those who have written there since it has one. */
export async function readPaces(db: Tx, keys: readonly MemberKey[]): Promise<Pace[]> {
  const found: Pace[] = [];
  await inChunks(keys, 128, async (chunk) => {
    const any = Array(chunk.length).fill('(conversation_id = ? AND user_id = ?)').join(' OR ');
    const rows = await db.rows<{ conversation_id: number; user_id: number; sent_at: number }>(
      `SELECT conversation_id, user_id, sent_at FROM slow_paces FORCE INDEX (PRIMARY) WHERE ${any}`,
      chunk.flatMap(({ conversation, user }) => [conversation, user]),
    );
    for (const { conversation_id: conversation, user_id: user, sent_at: sentAt } of rows)
      found.push({ conversation, user, sentAt: Number(sentAt) });
  });
  return found;
}

export async function setPaces(tx: Tx, paces: readonly Pace[]): Promise<void> {
  await inChunks(paces, 128, async (chunk) => {
    await tx.run(
      `INSERT INTO slow_paces (conversation_id, user_id, sent_at)
       VALUES ${Array(chunk.length).fill('(?,?,?)').join(',')}
       ON DUPLICATE KEY UPDATE sent_at = VALUES(sent_at)`,
      chunk.flatMap(({ conversation, user, sentAt }) => [conversation, user, sentAt]),
    );
  });
}
