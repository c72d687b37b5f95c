import { randomBytes } from 'node:crypto';
import type { Platform } from '@berth/test/platform';
import { SessionKeys } from '@berth/tokens';
import type { Target } from '../driver/link.ts';

export interface SeededUser {
  id: number;
  token: string;
}

/** Accounts with sessions by bulk insert, their tokens signed with the development key: nobody's password is hashed. */
export async function seedUsers(platform: Platform, count: number): Promise<SeededUser[]> {
  const keys = new SessionKeys(platform.sessionKeys);
  const run = randomBytes(4).toString('hex');
  const now = Date.now();
  const expiresAt = now + 24 * 3_600_000;
  const users: SeededUser[] = [];
  for (let start = 0; start < count; start += 500) {
    const size = Math.min(500, count - start);
    const names = Array.from({ length: size }, (_, index) => `load-${run}-${start + index}`);
    const { insertId } = await platform.db.run(
      // Nobody looks for them, and gate is not to write meanwhile by which words they are found.
      `INSERT INTO users (email_key, name_key, name, nick, found_by, password_hash, created_at) VALUES ${names.map(() => "(?, ?, ?, ?, ?, 'none', ?)").join(', ')}`,
      names.flatMap((name) => [`${name}@example.org`, name, name, name, name, now]),
    );
    const rows = names.map((_, index) => ({ id: insertId + index, session: randomBytes(16) }));
    await platform.db.run(
      `INSERT INTO sessions (user_id, id, generation, device_class, created_at, last_seen_at, expires_at) VALUES ${rows.map(() => "(?, ?, 1, 'load', ?, ?, ?)").join(', ')}`,
      rows.flatMap(({ id, session }) => [id, session, now, now, expiresAt]),
    );
    for (const { id, session } of rows) {
      const claims = {
        user: id,
        session: session.toString('hex'),
        deviceClass: 'load',
        generation: 1,
        expiresAt,
      };
      users.push({ id, token: keys.sign(claims) });
    }
  }
  return users;
}

/** A conversation of users, as the services would have made it. */
export async function seedConversation(
  platform: Platform,
  kind: 'direct' | 'group',
  users: SeededUser[],
): Promise<number> {
  const ids = users.map(({ id }) => id).sort((a, b) => a - b);
  const key = Buffer.alloc(8);
  key.writeUInt32BE(ids[0]!, 0);
  key.writeUInt32BE(ids[1]!, 4);
  const now = Date.now();
  const { insertId: conversation } = await platform.db.run(
    'INSERT INTO conversations (kind, title, direct_key, created_by, member_count, created_at) VALUES (?, ?, ?, ?, ?, ?)',
    [kind === 'direct' ? 1 : 2, kind, kind === 'direct' ? key : null, ids[0]!, ids.length, now],
  );
  for (const [index, id] of ids.entries()) {
    await platform.db.run(
      'INSERT INTO members (conversation_id, user_id, role, friend) VALUES (?, ?, ?, ?)',
      [...[conversation, id, kind === 'group' && index === 0 ? 2 : 0, kind === 'direct' ? 1 : 0]],
    );
    const peer = kind === 'direct' ? ids[1 - index]! : 0;
    await platform.db.run(
      'INSERT INTO user_conversations (user_id, conversation_id, kind, peer_id, joined_at) VALUES (?, ?, ?, ?, ?)',
      [id, conversation, kind === 'direct' ? 1 : 2, peer, now],
    );
  }
  if (kind === 'direct') {
    await platform.db.run(
      'INSERT INTO friendships (user_id, friend_id, conversation_id, created_at) VALUES (?, ?, ?, ?), (?, ?, ?, ?)',
      [ids[0]!, ids[1]!, conversation, now, ids[1]!, ids[0]!, conversation, now],
    );
  }
  return conversation;
}

/** Direct conversations of the first and the second user, the third and the fourth, and so on; a few statements for 500. */
export async function seedDirects(platform: Platform, users: SeededUser[]): Promise<number[]> {
  const conversations: number[] = [];
  const now = Date.now();
  const insert = (into: string, rows: (number | Buffer | string)[][]) =>
    platform.db.run(
      `INSERT INTO ${into} VALUES ${rows.map((row) => `(${row.map(() => '?').join(', ')})`).join(', ')}`,
      rows.flat(),
    );
  for (let start = 0; start < users.length; start += 1_000) {
    const ids = users.slice(start, start + 1_000).map(({ id }) => id);
    const pairs = Array.from({ length: ids.length / 2 }, (_, index) => [
      ids[2 * index]!,
      ids[2 * index + 1]!,
    ]);
    const { insertId } = await insert(
      'conversations (kind, title, direct_key, created_by, member_count, created_at)',
      pairs.map((pair) => {
        const key = Buffer.alloc(8);
        key.writeUInt32BE(Math.min(...pair), 0);
        key.writeUInt32BE(Math.max(...pair), 4);
        return [1, 'direct', key, pair[0]!, 2, now];
      }),
    );
    const both = pairs.flatMap(([one, other], index) => [
      { user: one!, peer: other!, conversation: insertId + index },
      { user: other!, peer: one!, conversation: insertId + index },
    ]);
    await insert(
      'members (conversation_id, user_id, role, friend)',
      both.map(({ user, conversation }) => [conversation, user, 0, 1]),
    );
    await insert(
      'user_conversations (user_id, conversation_id, kind, peer_id, joined_at)',
      both.map(({ user, peer, conversation }) => [user, conversation, 1, peer, now]),
    );
    await insert(
      'friendships (user_id, friend_id, conversation_id, created_at)',
      both.map(({ user, peer, conversation }) => [user, peer, conversation, now]),
    );
    conversations.push(...pairs.map((_, index) => insertId + index));
  }
  return conversations;
}

/** A berth for each user, asked of gate with the session token, at most 16 at a time. A ticket lives 15 s: use them at once. */
export async function berthTargets(
  platform: Platform,
  users: { user: SeededUser; conversation: number }[],
): Promise<Target[]> {
  const targets: Target[] = new Array(users.length);
  let next = 0;
  const ask = async () => {
    for (let index = next++; index < users.length; index = next++) {
      const { user, conversation } = users[index]!;
      const response = await fetch(`${platform.gateUrl}/v1/berths`, {
        method: 'POST',
        headers: { authorization: `Bearer ${user.token}`, 'content-type': 'application/json' },
        body: '{}',
      });
      if (!response.ok) throw new Error(`POST /v1/berths: ${response.status} ${await response.text()}`);
      const { berth } = (await response.json()) as { berth: { url: string; ticket: string } };
      targets[index] = { kind: 'berth', url: berth.url, ticket: berth.ticket, conversation };
    }
  };
  await Promise.all(Array.from({ length: Math.min(16, users.length) }, ask));
  return targets;
}
