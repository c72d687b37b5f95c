import { randomBytes } from 'node:crypto';
import type { ErrorCode, RequestName } from '@berth/wire';
import type { Body } from '../harness/frame-socket.ts';

/** Where an intruder aims. */
interface Target {
  victim: number;
  conversation: number;
  /** A group that the intruder owns. */
  ownGroup: number;
  /** An invite of the victim's. */
  invite: string;
  /** The newest message of the conversation. */
  last: number;
}

/** The code that a frame is refused with; `own`: it succeeds, and shows and changes nothing but what is the intruder's. */
type Outcome = ErrorCode | 'own';

export interface Line {
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
export const lines: Record<Exclude<RequestName, 'hello' | 'goodbye'>, Line> = {
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

/** What else a frame may ask for, beside its line. */
export const more: [RequestName, Line][] = [
  [
    'send',
    {
      body: ({ ownGroup, conversation, last: seq }) => ({
        ...{ conversation: ownGroup, cid: randomBytes(8).toString('hex'), text: '' },
        forward: { conversation, seq },
      }),
      // What is told to one is one's own to pass on.
      ...{ stranger: 'not_member', exMember: 'not_found', blocked: 'own' },
    },
  ],
  [
    'send',
    {
      body: ({ conversation, last: thread }) => ({
        ...{ conversation, cid: randomBytes(8).toString('hex'), text: 'let me in', thread },
      }),
      ...{ stranger: 'not_member', exMember: 'not_member', blocked: 'blocked' },
    },
  ],
  [
    'send',
    {
      body: ({ conversation }) => ({
        ...{ conversation, cid: randomBytes(8).toString('hex'), text: '' },
        poll: { question: 'May I?', options: ['yes', 'no'] },
      }),
      ...{ stranger: 'not_member', exMember: 'not_member', blocked: 'blocked' },
    },
  ],
  ...(['edit', 'recall', 'react', 'pin', 'vote', 'pollClose'] as const).map((name): [RequestName, Line] => [
    name,
    {
      body: (target) => ({
        ...lines[name].body(target),
        ...{ target: target.last, cid: randomBytes(8).toString('hex') },
      }),
      ...{ stranger: 'not_member', exMember: 'not_member' },
      blocked: name === 'recall' ? 'forbidden' : 'blocked',
    },
  ]),
  ...(['versions', 'reactions', 'bookmark', 'votes'] as const).map((name): [RequestName, Line] => [
    name,
    {
      body: (target) => ({ ...lines[name].body(target), target: target.last }),
      ...{ stranger: 'not_member', exMember: 'not_found' },
      blocked: name === 'votes' ? 'not_found' : 'own',
    },
  ]),
];
