import {
  befriend,
  closeAll,
  connectDevice,
  createGroup,
  type Device,
  type Person,
  seedPeople,
} from '../harness/people.ts';
import type { Platform } from '../harness/platform.ts';

const perInsert = 1_000;
const words =
  'tide pier rope crane harbour light anchor morning cargo engine captain paint ladder signal weather coffee 码头 潮水 灯塔'.split(
    ' ',
  );

/** What message `seq` says: from a word to a few lines, always the same. */
export function wordsOf(seq: number): string {
  const count = seq % 17 === 0 ? 60 : 2 + (seq % 9);
  const said = Array.from({ length: count }, (_, index) => words[(seq * 7 + index * 5) % words.length]);
  return `${seq}: ${said.join(' ')}`;
}

/** Two people who are friends, nobody of them connected, and their conversation. */
export async function seedFriends(
  platform: Platform,
): Promise<{ people: [Person, Person]; conversation: number }> {
  const people = (await seedPeople(platform, 2)) as [Person, Person];
  const devices = [
    await connectDevice(platform, people[0], { deviceClass: 'setup' }),
    await connectDevice(platform, people[1], { deviceClass: 'setup' }),
  ] as const;
  const conversation = await befriend(...devices);
  await closeAll([...devices]);
  return { people, conversation };
}

/** A group of three, its owner first, and another one of the last, which is open to all. */
export async function seedCrew(platform: Platform, title: string) {
  const people = await seedPeople(platform, 3, 'typist');
  const devices: Device[] = [];
  for (const person of people) devices.push(await connectDevice(platform, person, { deviceClass: 'setup' }));
  const [owner, bob, cat] = devices as [Device, Device, Device];
  const group = await createGroup([owner, bob, cat], title);
  const wish = { cid: 'open', title: `${title} ashore`, members: [] };
  const ashore = (await cat.client.request('groupCreate', wish)).conversation.conversation;
  await cat.client.request('groupSettings', { conversation: ashore, open: true });
  return { devices, owner, bob, cat, group };
}

/** A history of `count` messages by turns, one a minute until an hour ago; for a conversation that nobody is using. */
export async function seedMessages(
  platform: Platform,
  conversation: number,
  senders: readonly Person[],
  count: number,
): Promise<void> {
  const start = Date.now() - (count + 60) * 60_000;
  for (let first = 1; first <= count; first += perInsert) {
    const rows: unknown[] = [];
    for (let seq = first; seq < Math.min(first + perInsert, count + 1); seq++) {
      const sender = senders[Math.floor(seq / 3) % senders.length]!;
      rows.push(conversation, seq, sender.id, `seed-${seq}`, start + seq * 60_000, wordsOf(seq));
    }
    const places = Array.from({ length: rows.length / 6 }, () => '(?, ?, ?, ?, ?, ?)').join(', ');
    await platform.db.run(
      `INSERT INTO messages (conversation_id, seq, sender_id, cid, sent_at, text) VALUES ${places}`,
      rows as (string | number)[],
    );
  }
  await platform.db.run('UPDATE conversations SET hint_seq = ?, hint_at = ? WHERE id = ?', [
    count,
    start + count * 60_000,
    conversation,
  ]);
  await platform.db.run('UPDATE members SET read_seq = ?, received_seq = ? WHERE conversation_id = ?', [
    count,
    count,
    conversation,
  ]);
}

const emoji = ['👍', '⚓', '🎉', '😂', '🙏', '🔥', '👀', '🚢', '✅'];

/** Gives each of the first `count` messages `each` reactions, by turns of one of the people. */
export async function seedReactions(
  platform: Platform,
  conversation: number,
  people: readonly Person[],
  count: number,
  each: number,
): Promise<void> {
  for (let turn = 0; turn < emoji.length; turn++) {
    const given = range(each).map((index) => ({
      emoji: emoji[(turn + index) % emoji.length]!,
      user: people[(turn + index) % people.length]!.id,
    }));
    const of = [conversation, count, emoji.length, turn];
    const those = 'conversation_id = ? AND seq <= ? AND MOD(seq, ?) = ?';
    const told = given.map((one) => ({ emoji: one.emoji, count: 1, users: [one.user] }));
    await platform.db.run(
      `UPDATE messages SET state = CONCAT('{"changed":', seq, ',"reactions":', ?, '}') WHERE ${those}`,
      [JSON.stringify(told), ...of],
    );
    for (const one of given)
      await platform.db.run(
        `INSERT INTO reactions (conversation_id, target_seq, emoji, user_id, at)
         SELECT conversation_id, seq, ?, ?, sent_at FROM messages WHERE ${those}`,
        [one.emoji, one.user, ...of],
      );
  }
  await platform.db.run('UPDATE conversations SET changed_seq = ? WHERE id = ?', [count, conversation]);
}

/** Groups that a user shares with another, each with one message. */
export async function seedGroups(
  platform: Platform,
  [user, other]: readonly [Person, Person],
  count: number,
): Promise<void> {
  const at = Date.now() - count * 1_000;
  const { insertId: first } = await platform.db.run(
    `INSERT INTO conversations (kind, title, created_by, hint_seq, hint_at, member_count, created_at) VALUES ${places(count, '(2, ?, ?, 1, ?, 2, ?)')}`,
    range(count).flatMap((index) => [`Group ${index}`, user.id, at + index * 1_000, at]),
  );
  // Consecutive ids: one statement, and nobody else inserts.
  for (let start = 0; start < count; start += perInsert) {
    const slice = range(Math.min(perInsert, count - start)).map((index) => first + start + index);
    await platform.db.run(
      `INSERT INTO members (conversation_id, user_id, role) VALUES ${places(slice.length * 2, '(?, ?, ?)')}`,
      slice.flatMap((id) => [id, user.id, 2, id, other.id, 0]),
    );
    await platform.db.run(
      `INSERT INTO user_conversations (user_id, conversation_id, kind, joined_at) VALUES ${places(slice.length * 2, '(?, ?, 2, ?)')}`,
      slice.flatMap((id) => [user.id, id, at, other.id, id, at]),
    );
    await platform.db.run(
      `INSERT INTO messages (conversation_id, seq, sender_id, cid, sent_at, text) VALUES ${places(slice.length, "(?, 1, ?, 'seed', ?, ?)")}`,
      slice.flatMap((id) => [id, other.id, at + (id - first) * 1_000, `hello from group ${id - first}`]),
    );
  }
}

const range = (count: number): number[] => [...Array(count).keys()];
const places = (count: number, row: string): string => Array(count).fill(row).join(', ');
