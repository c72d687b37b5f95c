import type { Tx } from '@berth/mysql';
import type { Profile } from '@berth/wire';
import { inChunks } from './chunks.ts';
import { marks } from './statement-shapes.ts';

/** Never the e-mail address. */
export const profileColumns = 'id, name, nick, description, sex, icon';

export async function readProfiles(db: Tx, ids: readonly number[]): Promise<Map<number, Profile>> {
  const found = new Map<number, Profile>();
  await inChunks(ids, 512, async (chunk) => {
    const rows = await db.rows<Profile>(
      `SELECT ${profileColumns} FROM users WHERE id IN (${marks(chunk.length)})`,
      chunk,
    );
    for (const row of rows) found.set(row.id, { ...row });
  });
  return found;
}

/** The same rows with the profiles of their users, but for those of users who are gone. */
export async function withProfiles<T extends { user: number }>(
  db: Tx,
  rows: readonly T[],
): Promise<(Omit<T, 'user'> & { user: Profile })[]> {
  const profiles = await readProfiles(
    db,
    rows.map(({ user }) => user),
  );
  return rows.flatMap((row) => {
    const user = profiles.get(row.user);
    return user === undefined ? [] : [{ ...row, user }];
  });
}
