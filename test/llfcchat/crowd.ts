import type { PlatformDoors } from '../harness/platform.ts';

/** Gives a user so many friends, each with a conversation that was active an hour from now, straight into the tables. */
export async function befriendCrowd(platform: PlatformDoors, user: number, count: number): Promise<void> {
  const now = Date.now();
  const insert = async (sql: string, rows: (string | number | Buffer)[][]) => {
    for (let at = 0; at < rows.length; at += 250) {
      const part = rows.slice(at, at + 250);
      const marks = part.map((row) => `(${row.map(() => '?').join(', ')})`).join(', ');
      await platform.db.run(`${sql} VALUES ${marks}`, part.flat());
    }
  };
  const names = Array.from({ length: count }, (_, index) => `crowd${index}`);
  await insert(
    'INSERT INTO users (email_key, name_key, name, nick, description, password_hash, created_at)',
    names.map((name) => [`${name}@example.org`, name, name, name, 'a description of some length', 'x', now]),
  );
  const crowd = await platform.db.rows<{ id: number }>("SELECT id FROM users WHERE name LIKE 'crowd%'");
  await insert(
    'INSERT INTO friendships (user_id, friend_id, conversation_id, created_at)',
    crowd.flatMap(({ id }, index) => [
      [user, id, 1_000_000 + index, now],
      [id, user, 1_000_000 + index, now],
    ]),
  );
  await insert(
    'INSERT INTO conversations (id, kind, direct_key, created_by, hint_seq, hint_at, member_count, created_at)',
    crowd.map(({ id }, index) => [1_000_000 + index, 1, key(user, id), id, 0, now + 3_600_000, 2, now]),
  );
  const pairs = crowd.flatMap(({ id }, index) => [
    [1_000_000 + index, user, id],
    [1_000_000 + index, id, user],
  ]) as [number, number, number][];
  await insert(
    'INSERT INTO members (conversation_id, user_id, friend)',
    pairs.map(([conversation, user]) => [conversation, user, 1]),
  );
  await insert(
    'INSERT INTO user_conversations (user_id, conversation_id, kind, peer_id, joined_at)',
    pairs.map(([conversation, user, peer]) => [user, conversation, 1, peer, now]),
  );
}

function key(a: number, b: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32BE(Math.min(a, b), 0);
  bytes.writeUInt32BE(Math.max(a, b), 4);
  return bytes;
}
