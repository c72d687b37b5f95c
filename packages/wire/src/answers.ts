import type { FoundGroup, GroupLink, GroupSettings, SetSettings } from './group-answers.ts';
import type { Mention } from './mentions.ts';
import type { Attachment, Draft, Forwarded, Poll, Reaction, Replies, Scheduled } from './message-parts.ts';

/**
 * What the server says: the answers (each also carries `req`) and the pushes. Types only:
 * a client trusts its server for shapes and ignores fields that it does not know.
 */
export type Role = 'owner' | 'admin' | 'member';

export interface Profile {
  id: number;
  name: string;
  nick: string;
  description: string;
  /** 0 not told, 1 female, 2 male. */
  sex: number;
  icon: string;
}

/**
 * What an entry of a conversation is: a text, or what happened to its members or its title. A fence shows nothing; it takes
 * a seq so that what follows it follows a change of who may write.
 */
export type EntryKind =
  | 'text'
  | 'joined'
  | 'invited'
  | 'left'
  | 'removed'
  | 'role'
  | 'muted'
  | 'title'
  | 'fence'
  | 'edited'
  | 'recalled'
  | 'reacted'
  | 'settings'
  | 'pinned'
  | 'polled';

/** Of an entry that is no text: whom or what it is about. */
export interface EntryDetails {
  users?: number[];
  role?: Role;
  /** Milliseconds since 1970; 0 when the mute was lifted. */
  mutedUntil?: number;
  title?: string;
  /** Of a title that stays as it is while the group's picture changes: the id of a file; empty: none any more. */
  picture?: string;
  /** Of an entry that changed a message: the seq of that message. */
  target?: number;
  /** Of `reacted`: with what, whether it was added or taken away, and how many have it now. */
  emoji?: string;
  /** Of `pinned`, too. */
  on?: boolean;
  count?: number;
  /** Of `settings`: those that have changed, as they are now. */
  settings?: Partial<GroupSettings>;
  /** Of `polled`: as in `Poll`, from then on. */
  counts?: number[];
  voters?: number;
  closed?: true;
}

/** An entry of a conversation's log: a message or, with a kind, something else that happened; its text is empty then. */
export interface Message extends EntryDetails {
  conversation: number;
  /** Absent: a text. Told only to who said `entries` at hello. */
  kind?: Exclude<EntryKind, 'text'>;
  seq: number;
  sender: number;
  cid: string;
  /** Milliseconds since 1970, by the database writer's clock; order is by seq alone. */
  sentAt: number;
  text: string;
  replyTo?: number;
  /** The message whose thread it is of. It stands there, and is not counted as unread in the conversation. */
  thread?: number;
  /** The thread below it. */
  replies?: Replies;
  /** Up to 10; the text may be empty then. To who did not say `files` at hello they are lines of the text. */
  attachments?: Attachment[];
  /** Whom it means, by which of its words; of an edit those of the new words. */
  mentions?: Mention[];
  /** It says what somebody else said. To who did not say `changes` at hello it is a line of the text. */
  forwarded?: Forwarded;
  /** A poll, as it stands; `text` has its lines. To who did not say `changes` at hello those alone are told. */
  poll?: Poll;
  /** What became of it since. `changed`: the seq of the entry that changed it last. */
  changed?: number;
  /** Milliseconds since 1970. */
  editedAt?: number;
  /** Who took it back for everybody; its text is empty then. */
  recalledBy?: number;
  /**
   * An edit that whoever is told this does not see has changed its words, and those of before were not kept: its text is empty. Of one
   * with nothing else `recalledBy` is its sender, for clients that do not know this.
   */
  unkept?: true;
  reactions?: Reaction[];
  /** Who pinned it, and when: milliseconds since 1970. */
  pinned?: { by: number; at: number };
}

export interface ConversationSummary {
  conversation: number;
  kind: 'direct' | 'group';
  /** A group's title, to a former member as it was then; empty for a direct conversation. */
  title: string;
  /** A group's picture: the id of a file; absent when there is none. */
  picture?: string;
  /** The other one of a direct conversation. */
  peer?: Profile;
  /** The newest seq that this user may see; 0 when there is none. */
  head: number;
  /** This user's read mark. */
  read: number;
  unread: number;
  /** Unread messages that mention this user, or everybody: the oldest, at most 50. Absent: none. */
  mentions?: number[];
  /** The first seq that this user may see. */
  from: number;
  /** False after leaving or removal: history stays, nothing new comes. */
  member: boolean;
  role: Role;
  /** Until when this user is muted in the group; 0 when not. */
  mutedUntil: number;
  pinned: boolean;
  silenced: boolean;
  /** Marked as unread by the user, whatever they have read. */
  markedUnread?: boolean;
  /** Left, and put away: to be found by its id. Joining again brings it back. */
  hidden?: boolean;
  /**
   * In the archive since this was the head: until something above it shows (`last`), while it is silenced for good. Absent:
   * it is not.
   */
  archived?: number;
  /**
   * Direct only: why this user may not write, as far as they may know. `blocked`: they have blocked the other one;
   * `not_friends`: where only friends may write.
   */
  refusal?: 'blocked' | 'not_friends';
  memberCount: number;
  /** Of a group in which something was set, for its members. */
  settings?: SetSettings;
  /** Where `slowMs` holds for this user: when they may write next, if they may not now. */
  slowUntil?: number;
  /** Messages that this user has deleted for themselves; they are told no more. Absent: none. */
  hiddenMessages?: number;
  last?: Message;
  /** Direct only: up to where the other one has received and read. */
  peerReceived?: number;
  peerRead?: number;
}

export interface Friend extends Profile {
  alias: string;
  conversation: number;
  online: boolean;
}

export interface FriendRequest extends Profile {
  note: string;
  /** `incoming`: someone asks this user. */
  direction: 'incoming' | 'outgoing';
  state: 'pending' | 'accepted' | 'declined';
  at: number;
}

/** A link that makes whoever opens it a friend of its maker. */
export interface Invite {
  /** What the link ends with; whoever knows it may use it. */
  invite: string;
  createdAt: number;
  expiresAt: number;
  maxUses: number;
  uses: number;
  revoked: boolean;
}

export interface Member extends Profile {
  role: Role;
  mutedUntil: number;
  read: number;
  /** The head when this member came: tells the order in which they came. */
  joined?: number;
}

export interface Berth {
  node: string;
  host: string;
  port: number;
  /** WebSocket address. */
  url: string;
  ticket: string;
  /** Milliseconds since 1970, by the server's clock. */
  expiresAt: number;
}

interface Page {
  /** Present when there is more. */
  cursor?: string;
}

export interface Answers {
  hello: {
    user: Profile;
    session: string;
    node: string;
    now: number;
    heartbeatMs: number;
    deadMs: number;
    maxDeliverBytes: number;
    /** So long after it was sent one may edit, and recall, a message of one's own; 0: never. */
    editMs?: number;
    recallMs?: number;
    /** Whether the versions of edited messages are kept. */
    versions?: boolean;
  };
  /**
   * What changed since the marks: conversations whose head is above the mark (no mark: 0), newest first,
   * at most 200; `more` means that the rest must be read with `conversations`. Bodies over the limit of a
   * frame are split: `part` true on all answers but the last.
   */
  resume: { conversations: ConversationSummary[]; more: boolean; part?: boolean };
  goodbye: Record<never, never>;
  heartbeat: { now: number };
  /** `attachments`: as the others are told of them; of what is forwarded the words, and whose they are. */
  send: {
    conversation: number;
    seq: number;
    sentAt: number;
    attachments?: Attachment[];
    text?: string;
    forwarded?: Forwarded;
    poll?: Poll;
  };
  /** `head` is the newest seq that this user may see. */
  sync: { conversation: number; messages: Message[]; head: number; more: boolean };
  /** Ascending; with `next`, which is the `before` of the page before it, there may be more. */
  sharedItems: { conversation: number; messages: Message[]; next?: number };
  conversations: { conversations: ConversationSummary[] } & Page;
  conversation: { conversation: ConversationSummary };
  mark: { read: number; received: number };
  /** The entry that says so. */
  edit: { conversation: number; seq: number; sentAt: number };
  recall: { conversation: number; seq: number; sentAt: number };
  /** `seq` is 0 when it was so before. */
  react: { conversation: number; seq: number; count: number };
  /** `seq` is 0 when it was so before; `count`: how many are pinned now. */
  pin: { conversation: number; seq: number; count: number };
  /** The one pinned last comes first. */
  pins: { messages: Message[] } & Page;
  /** `seq` is 0 when it was so before. */
  vote: { conversation: number; seq: number; counts: number[]; voters: number };
  pollClose: { conversation: number; seq: number };
  /** `mine`: what this user chose; `votes`: who chose what, of a poll that is not anonymous. */
  votes: { mine: number[]; votes: { option: number; user: Profile }[] } & Page;
  schedule: { scheduled: Scheduled };
  scheduleEdit: { scheduled: Scheduled };
  scheduleCancel: Record<never, never>;
  /** In the order in which they are sent. */
  scheduledMessages: { scheduled: Scheduled[] } & Page;
  bookmark: Record<never, never>;
  /** The one marked last first. */
  bookmarks: { messages: Message[] } & Page;
  draft: { at: number };
  /** Those that are not empty; `at`: as of then. */
  drafts: { drafts: Draft[]; at: number } & Page;
  hide: Record<never, never>;
  /** What the message said before, the oldest first; `at`: since when. */
  versions: { versions: { text: string; at: number }[] } & Page;
  reactions: { reactions: { emoji: string; user: Profile }[] } & Page;
  typing: Record<never, never>;
  preferences: { pinned: boolean; silenced: boolean; hidden: boolean; unread: boolean; archived?: number };
  directOpen: { conversation: ConversationSummary };
  profile: {
    user: Profile;
    friend: boolean;
    blocked: boolean;
    alias: string;
    online: boolean;
    /** Of oneself: who may add one to groups. */
    addedBy?: 'nobody' | 'friends';
    /** The same, `addedBy` being `friends` where everybody may. */
    addable?: 'nobody' | 'friends' | 'everybody';
  };
  profileUpdate: { user: Profile };
  searchUser: { users: Profile[] } & Page;
  /** `accepted` at once when the other one had already asked. */
  friendRequest: { state: 'pending' | 'accepted' };
  friendAccept: { friend: Friend };
  friendDecline: Record<never, never>;
  friendRemove: Record<never, never>;
  friendAlias: Record<never, never>;
  block: Record<never, never>;
  unblock: Record<never, never>;
  friends: { friends: Friend[] } & Page;
  friendRequests: { requests: FriendRequest[] } & Page;
  blocks: { users: Profile[] } & Page;
  inviteCreate: { invite: Invite };
  /** The newest first. */
  invites: { invites: Invite[] } & Page;
  inviteRevoke: Record<never, never>;
  inviteAccept: { friend: Friend };
  /** Ids of this user's sessions that are connected now, as gate's list of sessions has them. */
  liveSessions: { sessions: string[] };
  groupCreate: { conversation: ConversationSummary };
  groupRename: Record<never, never>;
  groupPicture: Record<never, never>;
  groupSettings: Record<never, never>;
  groupLinkCreate: { link: GroupLink };
  /** The newest first. */
  groupLinks: { links: GroupLink[] } & Page;
  groupLinkRevoke: Record<never, never>;
  groupJoin: { conversation: ConversationSummary };
  /** The largest first; without a query the newest first. */
  groupSearch: { groups: FoundGroup[] } & Page;
  groupInvite: { added: number[] };
  groupRemove: Record<never, never>;
  groupLeave: Record<never, never>;
  groupRole: Record<never, never>;
  groupMute: { mutedUntil: number };
  /** Ascending; with `next`, which is the `before` of the page before it, there are more. */
  thread: { root: Message; messages: Message[]; next?: number };
  threadMark: { read: number };
  members: { members: Member[] } & Page;
  /** Beside its sender and oneself; `of`: how many of them there are. Without those who keep it from one. */
  readers: { readers: Profile[]; of: number };
}

export type ConversationEvent = { conversation: number; membersVersion: number; by: number } & (
  | { event: 'created' | 'joined'; users: number[] }
  | { event: 'left' | 'removed'; users: number[] }
  /** With `picture` the picture has changed, and the title has not. */
  | { event: 'renamed'; title: string; picture?: string }
  | { event: 'settings'; settings: Partial<GroupSettings> }
  | { event: 'role'; user: number; role: Role }
  | { event: 'muted'; user: number; mutedUntil: number }
);

export interface Pushes {
  probe: { now: number };
  error: { error: import('./errors.ts').WireError; id?: number; req?: number };
  goAway: {
    reason: 'drain' | 'shutdown' | 'rebalance' | 'slow' | 'silent' | 'flood';
    retryAfterMs: number;
    berth?: Berth;
    /** To a client that `moves`: connect to `berth` so much later… */
    startAfterMs?: number;
    /** …and leave once it has resumed there; this connection serves on for so long at most. */
    leaveWithinMs?: number;
  };
  /** `limit`: so many sessions of the device class may live at once, and others were used more lately. */
  kicked: { reason: 'other-session' | 'session-ended'; device?: string; limit?: number };
  moved: { node?: string };
  deliver: Message;
  entry: Message;
  /** A message with attachments, to who said `files` at hello; others get a `deliver` with lines in their place. */
  attached: Message;
  /** A message that was forwarded, or a poll, to who said `changes` at hello; others get a `deliver` or `attached` with a line for it. */
  carried: Message;
  changed: Message;
  hidden: { conversation: number; seqs: number[] };
  drafted: Draft;
  /** Made, changed or failed; without `scheduled` it was sent or cancelled. */
  scheduleChanged: { conversation: number; cid: string; scheduled?: Scheduled };
  voted: { conversation: number; target: number; options: number[] };
  bookmarked: { conversation: number; target: number; on: boolean };
  marked: { conversation: number; user: number; read?: number; received?: number };
  threadMarked: { conversation: number; root: number; read: number };
  /** To be asked for with `conversation`. */
  listed: { conversation: number };
  typed: { conversation: number; user: number };
  presence: { changes: { user: number; online: boolean }[] };
  friendEvent:
    | { event: 'requested'; request: FriendRequest }
    | { event: 'accepted'; friend: Friend }
    | { event: 'declined' | 'removed'; user: number }
    /** Of a friend, or one's own; with `alias` when this user calls that friend otherwise from now on. */
    | { event: 'profile'; user: Profile & { alias?: string } };
  conversationEvent: ConversationEvent;
}
