import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { eventually } from '@berth/fixtures';
import { frameIds } from '@berth/wire';
import { requestSchemas } from '@berth/wire/requests';
import { nobodyIsThere } from '../harness/fleet.ts';
import {
  befriend,
  closeAll,
  connectInTurn,
  createGroup,
  type Device,
  type Person,
  seedPeople,
} from '../harness/people.ts';
import { usePlatform } from '../harness/platform.ts';
import { RawSession } from '../harness/raw-session.ts';
import { type Line, lines, more } from './intruder-lines.ts';

const platform = usePlatform({ nodes: 2 });

/** What nobody of the three may ever be shown. */
const secret = 'the chart of the hidden cove';
/** Said while they were still friends or members: they may read it again. */
const bygone = 'fair winds to all of you';

/** Who is there, and the conversations that are not for everyone. */
interface Scene {
  victim: RawSession;
  ann: Person;
  bob: Person;
  eve: Person;
  xan: Person;
  bea: Person;
  direct: number;
  crew: number;
  withBea: number;
  ownGroups: Map<Person, number>;
  invite: string;
}

/** Ann and bob are friends; xan was of their crew, ann has blocked bea, and eve knows nobody. Ann is there to hear. */
async function setScene(): Promise<Scene> {
  const people = await seedPeople(platform, 5);
  const [ann, bob, eve, xan, bea] = people as [Person, Person, Person, Person, Person];
  const devices = await connectInTurn(platform, people);
  const [a, b, , x, e] = devices as [Device, Device, Device, Device, Device];
  const crew = await createGroup([a, b, x], 'Crew');
  const direct = (await a.client.request('directOpen', { user: bob.id })).conversation.conversation;
  const withBea = await befriend(a, e);
  for (const conversation of [crew, withBea]) await a.say(conversation, bygone);
  await a.client.request('groupRemove', { conversation: crew, user: xan.id });
  await a.client.request('friendRemove', { user: xan.id });
  await a.client.request('block', { user: bea.id });
  for (const conversation of [crew, direct]) await a.say(conversation, secret);
  await a.client.request('groupRename', { conversation: crew, title: 'Crew of the Kittiwake' });
  const { invite } = (await a.client.request('inviteCreate', {})).invite;
  await a.client.request('inviteRevoke', { invite });
  const ownGroups = new Map<Person, number>();
  for (const device of devices.slice(2)) {
    const cid = randomBytes(8).toString('hex');
    const made = await device.client.request('groupCreate', { cid, title: 'Own', members: [] });
    ownGroups.set(device.person, made.conversation.conversation);
  }
  await closeAll(devices);
  // Who writes has read what is there; that is written down a moment later.
  const unread = `SELECT conversation_id FROM members m WHERE user_id = ? AND read_seq <
    (SELECT MAX(seq) FROM messages s WHERE s.conversation_id = m.conversation_id AND sender_id = m.user_id AND kind = ?)`;
  await eventually(
    'what ann said is marked as read by her',
    async () => (await platform.db.rows(unread, [ann.id, textKind])).length === 0,
  );
  await nobodyIsThere(platform);
  const victim = await RawSession.open(platform, ann);
  await victim.ask('resume', { marks: [] });
  return { victim, ann, bob, eve, xan, bea, direct, crew, withBea, ownGroups, invite };
}

let set: Promise<Scene> | undefined;
const scene = (): Promise<Scene> => {
  set ??= setScene();
  return set;
};

/** In `messages`: a text, and an entry that nobody is shown. */
const [textKind, fenceKind] = [0, 8];

/**
 * What is the victim's, as it is stored; a friendship is both's to end. What bea does to her own side of it (block, unblock,
 * end) leaves fences in the log of the two, which nobody is shown.
 */
async function belongings({ ann, bob, direct, crew, withBea }: Scene): Promise<unknown[]> {
  const conversations = [direct, crew, withBea];
  const marks = conversations.map(() => '?').join();
  return Promise.all([
    platform.db.rows(
      `SELECT id, title, IF(id = ?, 0, members_version) AS version, member_count
       FROM conversations WHERE id IN (${marks}) ORDER BY id`,
      [withBea, ...conversations],
    ),
    platform.db.rows(
      `SELECT conversation_id, user_id, role, muted_until, joined_seq, left_seq, read_seq, received_seq, blocked
       FROM members WHERE conversation_id IN (${marks}) AND user_id IN (?, ?) ORDER BY 1, 2`,
      [...conversations, ann.id, bob.id],
    ),
    platform.db.rows(
      `SELECT * FROM messages WHERE conversation_id IN (${marks})
         AND NOT (conversation_id = ? AND kind = ? AND sender_id = 0) ORDER BY conversation_id, seq`,
      [...conversations, withBea, fenceKind],
    ),
    platform.db.rows(
      'SELECT id, email_key, name, nick, description, sex, icon, password_hash, generation FROM users WHERE id IN (?, ?) ORDER BY id',
      [ann.id, bob.id],
    ),
    platform.db.rows('SELECT * FROM friendships WHERE user_id = ? AND friend_id = ?', [ann.id, bob.id]),
    platform.db.rows('SELECT * FROM invites WHERE user_id = ?', [ann.id]),
    platform.db.rows('SELECT * FROM blocks WHERE user_id = ?', [ann.id]),
    platform.db.rows('SELECT * FROM user_conversations WHERE user_id = ? ORDER BY conversation_id', [ann.id]),
  ]);
}

/** Says every line to every target as that kind of intruder; what comes of it is what the line says, and no more. */
async function intrude(
  at: Scene,
  person: Person,
  kind: 'stranger' | 'exMember' | 'blocked',
  conversations: number[],
): Promise<void> {
  const { victim, ann, ownGroups } = at;
  const intruder = await RawSession.open(platform, person);
  const before = await belongings(at);
  victim.socket.frames.length = 0;
  for (const conversation of conversations) {
    const [row] = await platform.db.rows<{ last: number }>(
      'SELECT MAX(seq) AS last FROM messages WHERE conversation_id = ? AND kind = ?',
      [conversation, textKind],
    );
    const ownGroup = ownGroups.get(person)!;
    const target = { victim: ann.id, conversation, ownGroup, invite: at.invite, last: row!.last };
    // First, since further up one deletes for oneself what one sees.
    for (const [name, line] of [...more, ...(Object.entries(lines) as [keyof typeof lines, Line][])]) {
      const answer = await intruder.ask(name, line.body(target));
      const outcome = answer.error?.code ?? 'own';
      assert.equal(outcome, line[kind], `${kind}: ${name} in ${conversation}: ${JSON.stringify(answer)}`);
      const shown = JSON.stringify(answer);
      assert.ok(!shown.includes(secret), `${kind}: ${name} shows a message`);
      assert.ok(!shown.includes('Kittiwake') || kind !== 'stranger', `${kind}: ${name} shows a title`);
      assert.ok(!shown.includes(ann.email), `${kind}: ${name} shows an address`);
      assert.ok(!shown.includes('"online":true'), `${kind}: ${name} shows who is there`);
    }
  }
  assert.deepEqual(await belongings(at), before, `${kind}: nothing of the victim's changed`);
  assert.ok(!JSON.stringify(intruder.socket.frames).includes(secret), `${kind}: nothing was pushed`);
  // A request to be friends is for strangers; how far somebody has read is told in one's own conversation; and of one's
  // friends, blocked or not, one hears who is there, and, when they end it, that the list has the conversation otherwise.
  const { friendEvent, listed, marked, presence, probe } = frameIds;
  const harmless: number[] = [friendEvent, listed, marked, presence, probe];
  const heard = victim.socket.frames.filter(({ id }) => !harmless.includes(id));
  assert.deepEqual(heard, [], `${kind}: the victim hears nothing`);
  await intruder.close();
}

test('every request has a line', () => {
  assert.deepEqual([...Object.keys(lines), 'goodbye', 'hello'].sort(), Object.keys(requestSchemas).sort());
});

test('a stranger gets nowhere with any frame', async () => {
  const at = await scene();
  await intrude(at, at.eve, 'stranger', [at.direct, at.crew]);
});

test('an ex-member has what was said while a member, and nothing else', async () => {
  const at = await scene();
  await intrude(at, at.xan, 'exMember', [at.crew]);
});

test('one who is blocked has what was said before, and nothing else', async () => {
  const at = await scene();
  await intrude(at, at.bea, 'blocked', [at.withBea]);
});
