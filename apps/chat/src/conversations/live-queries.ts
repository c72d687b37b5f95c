import type { Answers, Profile } from '@berth/wire';
import type { Interval } from '../membership/visible-seqs.ts';
import type { Viewer } from './last-lines.ts';
import type { Listed } from './list-rows.ts';

/** A conversation that a user is a member of now, as one row read of it says. */
export interface Membership {
  conversation: number;
  membersVersion: number;
  head: number;
  /** `sentAt` of the newest entry that shows; absent when the end of the log was not read. */
  lastAt?: number;
  /** The head when the user joined: messages up to it are for earlier members only. */
  joinedSeq: number;
}

/** The members of a conversation as of one version. */
export interface Members {
  membersVersion: number;
  /** Every member for whom a new message is, with the head when that member joined. */
  joinedSeqs: ReadonlyMap<number, number>;
}

/** What the live side reads of the stored side. Everything may be asked for many at once and is coalesced behind it. */
export interface LiveQueries {
  /** Undefined when there is no such user. */
  profileOf(user: number): Promise<Profile | undefined>;
  /** The conversations that the user may now get messages of; the version is not newer than the membership. */
  conversationsOf(user: number): Promise<readonly Membership[]>;
  /** The same in two steps: which they may be, and what they are. */
  listedOf(user: number): Promise<Listed>;
  membershipsAmong(user: number, conversations: readonly number[]): Promise<readonly Membership[]>;
  /** The members at `atLeastVersion` or later: from the cache when that is new enough, else read again. */
  membersOf(conversation: number, atLeastVersion: number): Promise<Members>;
  /** The same of some users only, so that a change in a large group does not read all of it. */
  membersAmong(conversation: number, users: readonly number[], atLeastVersion: number): Promise<Members>;
  /** Of users in a conversation what they saw of it before they came to it last; of those who were never there before nothing. */
  earlierOf(
    conversation: number,
    users: readonly number[],
  ): Promise<ReadonlyMap<number, readonly Interval[]>>;
  /** Of those who have left the seq of the entry by which they did. */
  leftSeqs(conversation: number, users: readonly number[]): Promise<ReadonlyMap<number, number>>;
  /** What another node changed: the cached members of a conversation below this version are void. */
  membersChanged(conversation: number, membersVersion: number): void;
  /** Head and members version of each conversation that exists, in one multi-get per few hundred. */
  heads(conversations: readonly number[]): Promise<readonly Omit<Membership, 'joinedSeq' | 'lastAt'>[]>;
  /** The frames of the newest `limit` entries above `after`, ascending; one read for all who ask at a time. With `upTo` as they were then. */
  deliverFrames(
    conversation: number,
    after: number,
    limit: number,
    upTo?: number,
  ): Promise<readonly { seq: number; sentAt: number; frame: Uint8Array }[]>;
  /** Each user's friends. */
  friendsOf(users: readonly number[]): Promise<ReadonlyMap<number, readonly number[]>>;
  /** Those friends of each user who may watch that user's presence: not whom the user has blocked. */
  watchersOf(users: readonly number[]): Promise<ReadonlyMap<number, readonly number[]>>;
  /** What changed since the marks, in answers that each fit a frame. */
  resume(viewer: Viewer, marks: ReadonlyMap<number, number>): Promise<Answers['resume'][]>;
}
