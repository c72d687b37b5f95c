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
