import type { Tx } from '@berth/mysql';
import { inChunks } from '../conversations/member-rows.ts';
import { marks } from '../messages/statement-shapes.ts';

/** The ids of the friends of some users. */
export async function readFriendIds(db: Tx, users: readonly number[]): Promise<Map<number, number[]>> {
  const found = new Map<number, number[]>(users.map((user) => [user, []]));
  await inChunks(users, 64, async (chunk) => {
    const rows = await db.rows<{ user_id: number; friend_id: number }>(
      `SELECT user_id, friend_id FROM friendships WHERE user_id IN (${marks(chunk.length)})`,
      chunk,
    );
    for (const { user_id, friend_id } of rows) found.get(user_id)!.push(friend_id);
  });
  return found;
}
