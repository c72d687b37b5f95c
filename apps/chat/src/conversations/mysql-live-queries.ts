import type { Profile } from '@berth/wire';
import { encodeStored } from '../log/deliver-frame.ts';
import type { LogHints } from '../log/log-hints.ts';
import type { RangeReader } from '../log/range-reader.ts';
import type { SeenReader } from '../log/seen-reader.ts';
import type { MemberDirectory } from '../membership/member-directory.ts';
import { readEarlier } from '../membership/member-history.ts';
import { memberKey, parseMemberKey, readMembersAfter, readMembersAmong } from '../membership/member-rows.ts';
import type { Interval } from '../membership/visible-seqs.ts';
import { CoalescingLoader } from '../stores/coalescing-loader.ts';
import { readFriendIds, readWatcherIds } from '../stores/friend-rows.ts';
import type { Database } from '../stores/guarded-mysql.ts';
import { readProfiles } from '../stores/profile-rows.ts';
import type { ConversationReader } from './conversation-reader.ts';
import type { Viewer } from './last-lines.ts';
import { type Listed, readListed } from './list-rows.ts';
import type { LiveQueries, Members, Membership } from './live-queries.ts';
import { readMemberships } from './membership-ends.ts';
import { resume } from './resume.ts';

export interface MysqlLiveQueriesOptions {
  mysql: Database;
  directory: MemberDirectory;
  conversations: ConversationReader;
  ranges: RangeReader;
  seen: SeenReader;
  hints: LogHints;
}

/** Members of one read. */
const memberPage = 10_000;

/** When many come back at a time, what they ask for is read together: each waits so long at most, in milliseconds. */
const gatherMs = 5;

/** What the live side reads: everything for many at once. */
export class MysqlLiveQueries implements LiveQueries {
  readonly #mysql: Database;
  readonly #directory: MemberDirectory;
  readonly #conversations: ConversationReader;
  readonly #ranges: RangeReader;
  readonly #seen: SeenReader;
  readonly #profiles: CoalescingLoader<number, Profile>;
  readonly #friends: CoalescingLoader<number, number[]>;
  readonly #watchers: CoalescingLoader<number, number[]>;
  readonly #members: CoalescingLoader<number, Members>;
  readonly #listed: CoalescingLoader<number, Listed>;
  readonly #memberships: CoalescingLoader<string, Membership>;

  constructor({ mysql, directory, conversations, ranges, seen, hints }: MysqlLiveQueriesOptions) {
    this.#mysql = mysql;
    this.#directory = directory;
    this.#conversations = conversations;
    this.#ranges = ranges;
    this.#seen = seen;
    this.#profiles = new CoalescingLoader({ gatherMs, read: (ids) => readProfiles(mysql, ids) });
    this.#listed = new CoalescingLoader({ gatherMs, maxKeys: 32, read: (users) => readListed(mysql, users) });
    this.#memberships = new CoalescingLoader({
      gatherMs,
      read: (keys) =>
        readMemberships(mysql, keys.map(parseMemberKey), (conversation, end) =>
          hints.note(conversation, end),
        ),
    });
    this.#friends = new CoalescingLoader({ maxKeys: 64, read: (ids) => readFriendIds(mysql, ids) });
    this.#watchers = new CoalescingLoader({ maxKeys: 64, read: (ids) => readWatcherIds(mysql, ids) });
    this.#members = new CoalescingLoader({
      maxKeys: 1,
      timeoutMs: 15_000,
      read: async ([conversation]) => new Map([[conversation!, await this.#readMembers(conversation!)]]),
    });
  }

  profileOf(user: number): Promise<Profile | undefined> {
    return this.#profiles.load(user);
  }

  async conversationsOf(user: number): Promise<Membership[]> {
    const { present } = await this.listedOf(user);
    return this.membershipsAmong(user, present);
  }

  async listedOf(user: number): Promise<Listed> {
    return (await this.#listed.load(user))!;
  }

  async membershipsAmong(user: number, conversations: readonly number[]): Promise<Membership[]> {
    const keys = conversations.map((conversation) => memberKey(conversation, user));
    return [...(await this.#memberships.loadAll(keys)).values()];
  }

  async membersOf(conversation: number, _atLeastVersion: number): Promise<Members> {
    return (await this.#members.load(conversation))!;
  }

  async membersAmong(
    conversation: number,
    users: readonly number[],
    _atLeastVersion: number,
  ): Promise<Members> {
    const membersVersion = await this.#versionOf(conversation);
    const members = await readMembersAmong(this.#mysql, conversation, users);
    return { membersVersion, joinedSeqs: joinedSeqsOf(members) };
  }

  earlierOf(conversation: number, users: readonly number[]): Promise<ReadonlyMap<number, Interval[]>> {
    return readEarlier(this.#mysql, conversation, users);
  }

  async leftSeqs(conversation: number, users: readonly number[]): Promise<Map<number, number>> {
    const members = await readMembersAmong(this.#mysql, conversation, users);
    return new Map(
      members.flatMap(({ user, leftSeq }) => (leftSeq === undefined ? [] : [[user, leftSeq] as const])),
    );
  }

  membersChanged(conversation: number, membersVersion: number): void {
    this.#directory.membersChanged(conversation, membersVersion);
  }

  async heads(conversations: readonly number[]): Promise<Omit<Membership, 'joinedSeq' | 'lastAt'>[]> {
    const rows = await this.#conversations.heads(conversations);
    return [...rows.values()].map(({ id, membersVersion, head }) => ({
      conversation: id,
      membersVersion,
      head,
    }));
  }

  async deliverFrames(
    conversation: number,
    after: number,
    limit: number,
    upTo?: number,
  ): Promise<{ seq: number; sentAt: number; frame: Uint8Array }[]> {
    const row = (await this.#conversations.heads([conversation])).get(conversation);
    const head = Math.min(upTo ?? Number.POSITIVE_INFINITY, row?.head ?? 0);
    if (row === undefined || head <= after) return [];
    const range = { from: Math.max(after + 1, head - limit + 1), to: head };
    const now = await this.#ranges.read({ id: conversation, changed: row.changed }, [range]);
    const stored = await this.#seen.stored(now, { has: () => true, upTo });
    return stored.map(({ message, at: sentAt }) => ({
      ...{ seq: message.seq, sentAt, frame: encodeStored(message) },
    }));
  }

  friendsOf(users: readonly number[]): Promise<ReadonlyMap<number, readonly number[]>> {
    return this.#friends.loadAll(users);
  }

  watchersOf(users: readonly number[]): Promise<ReadonlyMap<number, readonly number[]>> {
    return this.#watchers.loadAll(users);
  }

  resume(viewer: Viewer, marks: ReadonlyMap<number, number>) {
    return resume(this.#conversations, viewer, marks);
  }

  /** The version first: members who change meanwhile are newer than it says. */
  async #versionOf(conversation: number): Promise<number> {
    const rows = await this.#conversations.heads([conversation]);
    return rows.get(conversation)?.membersVersion ?? 0;
  }

  async #readMembers(conversation: number): Promise<Members> {
    const membersVersion = await this.#versionOf(conversation);
    const joinedSeqs = new Map<number, number>();
    for (let after = 0; ; ) {
      const page = await readMembersAfter(this.#mysql, conversation, after, memberPage);
      for (const { user, joinedSeq } of page) joinedSeqs.set(user, joinedSeq);
      if (page.length < memberPage) return { membersVersion, joinedSeqs };
      after = page.at(-1)!.user;
    }
  }
}

const joinedSeqsOf = (members: readonly { user: number; joinedSeq: number; leftSeq: number | undefined }[]) =>
  new Map(
    members.filter(({ leftSeq }) => leftSeq === undefined).map(({ user, joinedSeq }) => [user, joinedSeq]),
  );
