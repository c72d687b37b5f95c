import type { Tx } from '@berth/mysql';
import { inChunks } from './chunks.ts';
import { marks } from './statement-shapes.ts';

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

/** The ids of those who hear of some users' coming and going: the friends whom they have not blocked. */
export async function readWatcherIds(db: Tx, users: readonly number[]): Promise<Map<number, number[]>> {
  const friends = await readFriendIds(db, users);
  await inChunks(users, 64, async (chunk) => {
    const rows = await db.rows<{ user_id: number; blocked_id: number }>(
      `SELECT user_id, blocked_id FROM blocks WHERE user_id IN (${marks(chunk.length)})`,
      chunk,
    );
    for (const [user, blocked] of Map.groupBy(rows, ({ user_id }) => user_id)) {
      const hidden = new Set(blocked.map(({ blocked_id }) => blocked_id));
      friends.set(
        user,
        friends.get(user)!.filter((friend) => !hidden.has(friend)),
      );
    }
  });
  return friends;
}
