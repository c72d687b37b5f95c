import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { eventually } from '@berth/fixtures';
import { type ErrorCode, frameIds, type RequestName } from '@berth/wire';
import { requestSchemas } from '@berth/wire/requests';
import type { Body } from '../harness/frame-socket.ts';
import {
  befriend,
  closeAll,
  connectDevice,
  createGroup,
  type Device,
  type Person,
  seedPeople,
} from '../harness/people.ts';
import { usePlatform } from '../harness/platform.ts';
import { RawSession } from '../harness/raw-session.ts';

const platform = usePlatform({ nodes: 2 });

/** What nobody of the three may ever be shown. */
const secret = 'the chart of the hidden cove';
/** Said while they were still friends or members: they may read it again. */
const bygone = 'fair winds to all of you';

/** Where an intruder aims. */
interface Target {
  victim: number;
  conversation: number;
  /** A group that the intruder owns. */
  ownGroup: number;
  /** An invite of the victim's. */
  invite: string;
}

/** The code that a frame is refused with; `own`: it succeeds, and shows and changes nothing but what is the intruder's. */
type Outcome = ErrorCode | 'own';

interface Line {
  body(target: Target): Body;
  /** Neither friend nor member; aims at the conversation of two others and at their group. */
  stranger: Outcome;
  /** Was removed from the group that it aims at. */
  exMember: Outcome;
  /** Was blocked by the victim; aims at the conversation with it. */
  blocked: Outcome;
}

const onConversation = ({ conversation }: Target) => ({ conversation });
const onVictim = ({ victim }: Target) => ({ user: victim });
const onBoth = ({ conversation, victim }: Target) => ({ conversation, user: victim });
const onTarget = ({ conversation }: Target) => ({ conversation, target: 1 });
const onFirst = (target: Target) => ({ ...onTarget(target), cid: randomBytes(8).toString('hex') });
const inAnHour = (conversation: number) => ({ conversation, text: 'later', at: Date.now() + 3_600_000 });
const nothing = () => ({});
const allOwn = { stranger: 'own', exMember: 'own', blocked: 'own' } as const;

/** Every request that a session can make: a new frame without a line here does not compile, and fails below. */
const lines: Record<Exclude<RequestName, 'hello' | 'goodbye'>, Line> = {
  heartbeat: { body: nothing, ...allOwn },
  resume: { body: ({ conversation }) => ({ marks: [[conversation, 0]] }), ...allOwn },
  send: {
    body: ({ conversation }) => ({ conversation, cid: randomBytes(8).toString('hex'), text: 'let me in' }),
    ...{ stranger: 'not_member', exMember: 'not_member', blocked: 'blocked' },
  },
  sync: {
    body: ({ conversation }) => ({ conversation, after: 0 }),
    ...{ stranger: 'not_member', exMember: 'own', blocked: 'own' },
  },
  sharedItems: {
    body: ({ conversation }) => ({ conversation, what: 'links' }),
    ...{ stranger: 'not_member', exMember: 'own', blocked: 'own' },
  },
  conversations: { body: nothing, ...allOwn },
  conversation: { body: onConversation, stranger: 'not_member', exMember: 'own', blocked: 'own' },
  mark: {
    body: ({ conversation }) => ({ conversation, read: 1_000, received: 1_000 }),
    ...{ stranger: 'not_member', exMember: 'own', blocked: 'own' },
  },
  edit: {
    body: (target) => ({ ...onFirst(target), text: 'never said' }),
    ...{ stranger: 'not_member', exMember: 'not_member', blocked: 'blocked' },
  },
  recall: { body: onFirst, stranger: 'not_member', exMember: 'not_member', blocked: 'forbidden' },
  react: {
    body: (target) => ({ ...onFirst(target), emoji: '👍', on: true }),
    ...{ stranger: 'not_member', exMember: 'not_member', blocked: 'blocked' },
  },
  pin: {
    body: (target) => ({ ...onFirst(target), on: true }),
    ...{ stranger: 'not_member', exMember: 'not_member', blocked: 'blocked' },
  },
  pins: { body: onConversation, stranger: 'not_member', exMember: 'own', blocked: 'own' },
  draft: {
    body: ({ conversation }) => ({ conversation, text: 'not said' }),
    ...{ stranger: 'not_member', exMember: 'own', blocked: 'own' },
  },
  drafts: { body: nothing, ...allOwn },
  vote: {
    body: (target) => ({ ...onFirst(target), options: [0] }),
    ...{ stranger: 'not_member', exMember: 'not_member', blocked: 'blocked' },
  },
  pollClose: { body: onFirst, stranger: 'not_member', exMember: 'not_member', blocked: 'blocked' },
  votes: { body: onTarget, stranger: 'not_member', exMember: 'not_found', blocked: 'not_found' },
  schedule: {
    body: ({ conversation }) => ({ ...inAnHour(conversation), cid: randomBytes(8).toString('hex') }),
    ...{ stranger: 'not_member', exMember: 'not_member', blocked: 'blocked' },
  },
  scheduleEdit: {
    body: ({ conversation }) => ({ ...inAnHour(conversation), cid: 'none' }),
    ...{ stranger: 'not_member', exMember: 'not_member', blocked: 'blocked' },
  },
  scheduleCancel: {
    body: ({ conversation }) => ({ conversation, cid: 'none' }),
    ...{ stranger: 'not_found', exMember: 'not_found', blocked: 'not_found' },
  },
  scheduledMessages: { body: nothing, ...allOwn },
  bookmark: {
    body: (target) => ({ ...onTarget(target), on: true }),
    ...{ stranger: 'not_member', exMember: 'own', blocked: 'own' },
  },
  bookmarks: { body: nothing, ...allOwn },
  hide: {
    body: ({ conversation }) => ({ conversation, seqs: [1] }),
    ...{ stranger: 'not_member', exMember: 'own', blocked: 'own' },
  },
  versions: { body: onTarget, stranger: 'not_member', exMember: 'own', blocked: 'own' },
  reactions: { body: onTarget, stranger: 'not_member', exMember: 'own', blocked: 'own' },
  typing: { body: onConversation, stranger: 'not_member', exMember: 'not_member', blocked: 'blocked' },
  preferences: {
    body: ({ conversation }) => ({ conversation, pinned: true }),
    ...{ stranger: 'not_member', exMember: 'own', blocked: 'own' },
  },
  // The two were friends once: the conversation of then is there to be read.
  directOpen: { body: onVictim, stranger: 'not_friends', exMember: 'own', blocked: 'own' },
  // A name and a picture are for everyone who can find them; an address never is.
  profile: { body: onVictim, ...allOwn },
  profileUpdate: { body: () => ({ description: 'nobody' }), ...allOwn },
  searchUser: { body: ({ victim }) => ({ query: String(victim) }), ...allOwn },
  // Bea's request was accepted before she was blocked: she is told the same again.
  friendAccept: { body: onVictim, stranger: 'not_found', exMember: 'not_found', blocked: 'own' },
  friendDecline: { body: onVictim, ...allOwn },
  friendRemove: { body: onVictim, ...allOwn },
  friendAlias: {
    body: ({ victim }) => ({ user: victim, alias: 'mine' }),
    ...{ stranger: 'not_friends', exMember: 'not_friends', blocked: 'not_friends' },
  },
  friendRequest: { body: onVictim, stranger: 'own', exMember: 'own', blocked: 'blocked' },
  block: { body: onVictim, ...allOwn },
  unblock: { body: onVictim, ...allOwn },
  friends: { body: nothing, ...allOwn },
  friendRequests: { body: nothing, ...allOwn },
  blocks: { body: nothing, ...allOwn },
  inviteCreate: { body: nothing, ...allOwn },
  invites: { body: nothing, ...allOwn },
  liveSessions: { body: nothing, ...allOwn },
  // The victim's own, which the intruder came to know; the victim has taken it back.
  inviteRevoke: {
    body: ({ invite }) => ({ invite }),
    ...{ stranger: 'not_found', exMember: 'not_found', blocked: 'not_found' },
  },
  inviteAccept: {
    body: ({ invite }) => ({ invite }),
    ...{ stranger: 'invite_revoked', exMember: 'invite_revoked', blocked: 'blocked' },
  },
  groupCreate: {
    body: ({ victim }) => ({ cid: randomBytes(8).toString('hex'), title: 'Trap', members: [victim] }),
    ...{ stranger: 'not_friends', exMember: 'not_friends', blocked: 'blocked' },
  },
  groupInvite: {
    body: ({ ownGroup, victim }) => ({ conversation: ownGroup, users: [victim] }),
    ...{ stranger: 'not_friends', exMember: 'not_friends', blocked: 'blocked' },
  },
  groupRename: {
    body: ({ conversation }) => ({ conversation, title: 'Mine' }),
    ...{ stranger: 'not_member', exMember: 'not_member', blocked: 'bad_request' },
  },
  groupPicture: {
    body: ({ conversation }) => ({ conversation, file: '' }),
    ...{ stranger: 'not_member', exMember: 'not_member', blocked: 'bad_request' },
  },
  groupSettings: {
    body: ({ conversation }) => ({ conversation, topic: 'Mine' }),
    ...{ stranger: 'not_member', exMember: 'not_member', blocked: 'bad_request' },
  },
  groupLinkCreate: {
    body: onConversation,
    ...{ stranger: 'not_member', exMember: 'not_member', blocked: 'bad_request' },
  },
  groupLinks: { body: onConversation, stranger: 'not_member', exMember: 'not_member', blocked: 'forbidden' },
  groupLinkRevoke: {
    body: ({ conversation, invite }) => ({ conversation, link: invite }),
    ...{ stranger: 'not_member', exMember: 'not_member', blocked: 'bad_request' },
  },
  groupJoin: { body: onConversation, stranger: 'not_found', exMember: 'not_found', blocked: 'not_found' },
  groupSearch: { body: () => ({ query: 'crew' }), ...allOwn },
  readers: {
    body: ({ conversation }) => ({ conversation, target: 1 }),
    ...{ stranger: 'not_member', exMember: 'not_member', blocked: 'bad_request' },
  },
  // Those who once saw it have deleted it for themselves, further up.
  thread: {
    body: ({ conversation }) => ({ conversation, root: 1 }),
    ...{ stranger: 'not_member', exMember: 'not_found', blocked: 'not_found' },
  },
  threadMark: {
    body: ({ conversation }) => ({ conversation, root: 1, read: 1_000 }),
    ...{ stranger: 'not_member', exMember: 'not_found', blocked: 'not_found' },
  },
  groupRemove: { body: onBoth, stranger: 'not_member', exMember: 'not_member', blocked: 'bad_request' },
  groupLeave: {
    body: onConversation,
    stranger: 'not_member',
    exMember: 'not_member',
    blocked: 'bad_request',
  },
  groupRole: {
    body: (target) => ({ ...onBoth(target), role: 'member' }),
    ...{ stranger: 'not_member', exMember: 'not_member', blocked: 'bad_request' },
  },
  groupMute: {
    body: (target) => ({ ...onBoth(target), forMs: 60_000 }),
    ...{ stranger: 'not_member', exMember: 'not_member', blocked: 'bad_request' },
  },
  members: { body: onConversation, stranger: 'not_member', exMember: 'not_member', blocked: 'own' },
};

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
  const devices: Device[] = [];
  for (const person of people) devices.push(await connectDevice(platform, person));
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
    const target = { victim: ann.id, conversation, ownGroup: ownGroups.get(person)!, invite: at.invite };
    for (const [name, line] of Object.entries(lines) as [keyof typeof lines, Line][]) {
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
