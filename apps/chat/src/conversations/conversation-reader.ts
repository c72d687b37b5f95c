import { BerthError, type ConversationSummary, type Member, type Message, type Profile } from '@berth/wire';
import type { FileLines } from '../log/file-lines.ts';
import { type LoggedConversation, readGoneOn, readLogEnds, readLogged } from '../log/log-ends.ts';
import type { LogHints } from '../log/log-hints.ts';
import type { RangeReader } from '../log/range-reader.ts';
import type { SeenReader } from '../log/seen-reader.ts';
import type { ConversationRow } from '../membership/conversation-rows.ts';
import type { MarkWriter } from '../membership/mark-writer.ts';
import type { MemberDirectory } from '../membership/member-directory.ts';
import type { MemberHistory } from '../membership/member-history.ts';
import {
  type MemberRow,
  memberKey,
  parseMemberKey,
  readMembers,
  readMembersAfter,
} from '../membership/member-rows.ts';
import { peerOf } from '../membership/mysql-standings.ts';
import { isMember, type Standing } from '../membership/standing.ts';
import type { VisibleSeqs } from '../membership/visible-seqs.ts';
import { CoalescingLoader } from '../stores/coalescing-loader.ts';
import type { Database } from '../stores/guarded-mysql.ts';
import { readProfiles } from '../stores/profile-rows.ts';
import { countUnread, readLasts, type Viewer } from './last-lines.ts';
import { type ListRow, readListRows, readLists } from './list-rows.ts';
import type { LiveEnds, ReadEnd } from './live-ends.ts';
import type { MysqlHiddenMessages } from './mysql-hidden-messages.ts';
import type { MysqlMentions } from './mysql-mentions.ts';
import { readSlowUntil } from './slow-until.ts';

export interface ConversationReaderOptions {
  mysql: Database;
  directory: MemberDirectory;
  history: MemberHistory;
  hidden: MysqlHiddenMessages;
  mentions: MysqlMentions;
  ranges: RangeReader;
  seen: SeenReader;
  hints: LogHints;
  ends: LiveEnds;
  marks: Pick<MarkWriter, 'pendingRead'>;
  strangersMayWrite: boolean;
  fileLines: FileLines;
}

/** When many come back at a time, what they ask for is read together: each waits so long at most, in milliseconds. */
const gatherMs = 5;

/** Conversations as one user sees them. What many ask for at a time is read together. */
export class ConversationReader {
  readonly #mysql: Database;
  readonly #directory: MemberDirectory;
  readonly #history: MemberHistory;
  readonly #hidden: MysqlHiddenMessages;
  readonly #mentions: MysqlMentions;
  readonly #ranges: RangeReader;
  readonly #seen: SeenReader;
  readonly #marks: ConversationReaderOptions['marks'];
  readonly #strangersMayWrite: boolean;
  readonly #fileLines: FileLines;
  readonly #ends: LiveEnds;
  readonly #hints: LogHints;
  readonly #heads: CoalescingLoader<number, LoggedConversation>;
  readonly #tails: CoalescingLoader<number, ReadEnd>;
  readonly #lists: CoalescingLoader<number, ListRow[]>;
  readonly #members: CoalescingLoader<string, MemberRow>;

  constructor({
    mysql,
    directory,
    history,
    hidden,
    mentions,
    ranges,
    seen,
    hints,
    ends,
    marks,
    strangersMayWrite,
    fileLines,
  }: ConversationReaderOptions) {
    this.#mysql = mysql;
    this.#directory = directory;
    this.#history = history;
    this.#hidden = hidden;
    this.#mentions = mentions;
    this.#ranges = ranges;
    this.#seen = seen;
    this.#ends = ends;
    this.#hints = hints;
    this.#marks = marks;
    this.#strangersMayWrite = strangersMayWrite;
    this.#fileLines = fileLines;
    this.#heads = new CoalescingLoader({
      gatherMs,
      read: async (ids) => {
        const tell = ends.reading(ids);
        const found = await this.#readLogged(ids);
        tell(found);
        return found;
      },
    });
    this.#tails = new CoalescingLoader({
      gatherMs,
      read: async (ids) => {
        const tell = ends.reading(ids);
        const found = await this.#readEnds(ids);
        tell(found);
        return found;
      },
    });
    this.#lists = new CoalescingLoader({ gatherMs, maxKeys: 32, read: (users) => readLists(mysql, users) });
    this.#members = new CoalescingLoader({
      gatherMs,
      read: (keys) => readMembers(mysql, keys.map(parseMemberKey)),
    });
  }

  /** Those that exist, heads and versions of now. */
  heads(conversations: readonly number[]): Promise<Map<number, LoggedConversation>> {
    return this.#heads.loadAll(conversations);
  }

  /** Ends of the logs of now, of those that exist. */
  ends(conversations: readonly number[]): Promise<Map<number, ReadEnd>> {
    return this.#tails.loadAll(conversations);
  }

  /** The same of a user's whole list, former memberships too; what the log-in has read a moment ago is not read again. */
  async listedEnds(viewer: Viewer): Promise<Map<number, ReadEnd>> {
    const fresh = this.#ends.ofLogIn(viewer);
    if (fresh === undefined) {
      const list = await this.list(viewer.user);
      return this.ends(list.map(({ conversation }) => conversation));
    }
    const read = await this.ends(fresh.unknown);
    return new Map([...fresh.known, ...read]);
  }

  /** `sentAt` of the newest entry that shows, of those that exist; read only where this node does not know it. */
  async lastTimes(conversations: readonly number[]): Promise<Map<number, number>> {
    const times = new Map<number, number>();
    const unknown: number[] = [];
    for (const conversation of conversations) {
      const at = this.#ends.lastAt(conversation);
      if (at === undefined) unknown.push(conversation);
      else times.set(conversation, at);
    }
    for (const [conversation, { lastAt }] of await this.heads(unknown)) times.set(conversation, lastAt);
    return times;
  }

  /** A user's whole list, in no order; former memberships too. */
  async list(user: number): Promise<ListRow[]> {
    return (await this.#lists.load(user)) ?? [];
  }

  /** Member rows of one user, read after whatever the caller has read before. */
  async memberships(user: number, conversations: readonly number[]): Promise<Map<number, MemberRow>> {
    const rows = await this.#members.loadAll(
      conversations.map((conversation) => memberKey(conversation, user)),
    );
    return new Map(
      [...rows.values()].map((row) => {
        const readSeq = Math.max(row.readSeq, this.#marks.pendingRead(row));
        return [row.conversation, readSeq > row.readSeq ? { ...row, readSeq } : row];
      }),
    );
  }

  /** What a present or former member may see now. Throws `not_member` for others. */
  async open(
    conversation: number,
    user: number,
  ): Promise<{ row: LoggedConversation; standing: Standing; visible: VisibleSeqs }> {
    const row = await this.#heads.load(conversation);
    if (row === undefined) throw new BerthError('not_member');
    const standing = await this.#directory.standing(conversation, user, row.membersVersion);
    if (standing.member === undefined) throw new BerthError('not_member');
    const visible = await this.#history.visible(conversation, user, standing.member, row.head);
    return { row, standing, visible };
  }

  /** The same of many at once, of those that there are for this user. */
  async openAmong(user: number, conversations: readonly number[]): Promise<Map<number, Opened>> {
    const rows = await this.heads(conversations);
    const members = await this.memberships(user, conversations);
    const seen = conversations.flatMap((conversation) => {
      const [row, member] = [rows.get(conversation), members.get(conversation)];
      return row === undefined || member === undefined ? [] : [{ conversation, row, member, head: row.head }];
    });
    const visible = await this.#history.visibleAmong(user, seen);
    return new Map(
      seen.map(({ conversation, row }) => [conversation, { row, visible: visible.get(conversation)! }]),
    );
  }

  /** Throws `not_member` for one who never was a member. */
  async summary(conversation: number, viewer: Viewer): Promise<ConversationSummary> {
    const [summary] = await this.summaries(viewer, [conversation]);
    if (summary === undefined) throw new BerthError('not_member');
    return summary;
  }

  /** In the order asked for, without those that the user was never a member of. */
  async summaries(viewer: Viewer, conversations: readonly number[]): Promise<ConversationSummary[]> {
    const { user } = viewer;
    const rows = await this.heads(conversations);
    const [members, lists] = await Promise.all([
      this.memberships(user, conversations),
      readListRows(this.#mysql, user, conversations),
    ]);
    const seen = conversations.flatMap((conversation) => {
      const [row, member] = [rows.get(conversation), members.get(conversation)];
      return row === undefined || member === undefined ? [] : [{ conversation, row, member, head: row.head }];
    });
    const visible = await this.#history.visibleAmong(user, seen);
    const readers = { ranges: this.#ranges, seen: this.#seen };
    const lasts = await readLasts(readers, rows, visible, viewer, this.#fileLines, this.#hidden);
    const readings = seen.map(({ row, member }) => ({
      ...{ row, visible: visible.get(row.id)!, mark: member.readSeq },
    }));
    const unread = await countUnread(this.#ranges, readings);
    const mentions = await this.#mentions.unread(user, readings);
    const hiddenCounts = await this.#hidden.counts(
      seen.map(({ row }) => row),
      user,
    );
    const slowUntil = await readSlowUntil(this.#mysql, user, seen);
    const peers = await this.#peers(
      user,
      seen.map(({ row }) => row),
    );
    return seen.map(({ conversation, row, member }) =>
      summaryOf({
        user,
        row,
        member,
        list: lists.get(conversation),
        visible: visible.get(conversation)!,
        last: lasts.get(conversation),
        hiddenMessages: hiddenCounts.get(conversation),
        slowUntil: slowUntil.get(conversation),
        unread: unread.get(conversation)!,
        mentions: mentions.get(conversation),
        peer: peers.get(conversation),
        strangersMayWrite: this.#strangersMayWrite,
      }),
    );
  }

  /** Members in the order of their ids, above `after`; for one who is a member now. */
  async members(conversation: number, user: number, after: number, limit: number): Promise<Member[]> {
    const { standing } = await this.open(conversation, user);
    if (!isMember(standing)) throw new BerthError('not_member');
    const rows = await readMembersAfter(this.#mysql, conversation, after, limit);
    const profiles = await readProfiles(
      this.#mysql,
      rows.map((row) => row.user),
    );
    return rows.flatMap(({ user: id, role, mutedUntil, readSeq, joinedSeq }) => {
      const profile = profiles.get(id);
      return profile === undefined
        ? []
        : [{ ...profile, role, mutedUntil, read: readSeq, joined: joinedSeq }];
    });
  }

  #readLogged(ids: readonly number[]): Promise<Map<number, LoggedConversation>> {
    return readLogged(this.#mysql, ids, (conversation, end) => this.#hints.note(conversation, end));
  }

  /** Most have not gone on since they were heard of, so the log is asked for those that have. */
  async #readEnds(ids: readonly number[]): Promise<Map<number, ReadEnd>> {
    const found = new Map<number, ReadEnd>();
    const unheard: number[] = [];
    for (const id of ids) {
      const end = this.#ends.heard(id);
      if (end === undefined) unheard.push(id);
      else found.set(id, end);
    }
    const places = [...found].map(([conversation, { head: seq }]) => ({ conversation, seq }));
    for (const [id, end] of await readLogEnds(this.#mysql, await readGoneOn(this.#mysql, places))) {
      found.set(id, { head: end.seq, lastAt: end.at });
      this.#hints.note(id, end);
    }
    for (const [id, { head, lastAt }] of await this.#readLogged(unheard)) found.set(id, { head, lastAt });
    return found;
  }

  async #peers(user: number, rows: readonly ConversationRow[]): Promise<Map<number, Peer>> {
    const pairs = rows.flatMap((row) => {
      const peer = peerOf(row, user);
      return peer === undefined ? [] : [{ conversation: row.id, peer }];
    });
    const [profiles, members] = await Promise.all([
      readProfiles(
        this.#mysql,
        pairs.map(({ peer }) => peer),
      ),
      this.#members.loadAll(pairs.map(({ conversation, peer }) => memberKey(conversation, peer))),
    ]);
    return new Map(
      pairs.map(({ conversation, peer }) => [
        conversation,
        { profile: profiles.get(peer), member: members.get(memberKey(conversation, peer)) },
      ]),
    );
  }
}

/** A conversation, and what a user may see of it. */
export interface Opened {
  row: LoggedConversation;
  visible: VisibleSeqs;
}

interface Peer {
  profile: Profile | undefined;
  member: MemberRow | undefined;
}

function summaryOf({
  user,
  row,
  member,
  list,
  visible,
  last,
  hiddenMessages,
  slowUntil,
  unread,
  mentions,
  peer,
  strangersMayWrite,
}: {
  user: number;
  row: ConversationRow;
  member: MemberRow;
  list: ListRow | undefined;
  visible: VisibleSeqs;
  last: Message | undefined;
  hiddenMessages: number | undefined;
  slowUntil: number | undefined;
  unread: number;
  mentions: number[] | undefined;
  peer: Peer | undefined;
  strangersMayWrite: boolean;
}): ConversationSummary {
  // Whether the other one has blocked them is not theirs to know.
  const refusal = member.blocked
    ? 'blocked'
    : member.friend || strangersMayWrite || row.kind === 'group'
      ? undefined
      : 'not_friends';
  // Who wrote the last message has read what was there before it.
  const hasRead = last?.sender === user && last.kind === undefined && last.thread === undefined;
  // One who has left is not told what the group became.
  const { title, memberCount } = member.leftWith ?? row;
  return {
    conversation: row.id,
    kind: row.kind,
    title,
    ...(row.picture !== undefined && member.leftSeq === undefined && { picture: row.picture }),
    ...(peer?.profile && { peer: peer.profile }),
    head: visible.head,
    read: member.readSeq,
    unread: hasRead ? 0 : unread,
    ...(mentions?.length && !hasRead && { mentions }),
    from: visible.first,
    member: member.leftSeq === undefined,
    role: member.role,
    mutedUntil: member.mutedUntil,
    pinned: list?.pinned ?? false,
    silenced: list?.silenced ?? false,
    hidden: list?.hidden ?? false,
    ...(list?.archived !== undefined && { archived: list.archived }),
    ...(list?.unread && { markedUnread: true }),
    ...(refusal && { refusal }),
    memberCount,
    ...(member.leftSeq === undefined && row.settings && { settings: row.settings }),
    ...(slowUntil !== undefined && { slowUntil }),
    ...(hiddenMessages !== undefined && { hiddenMessages }),
    ...(last && { last }),
    ...(peer?.member && { peerReceived: peer.member.receivedSeq, peerRead: peer.member.readSeq }),
  };
}
