import type { TraceSpan } from '@berth/telemetry';

/**
 * The way of every message and event to its receivers, here and on other nodes. Calls return at once; what cannot be
 * handed on is dropped and repaired by heads (docs/architecture.md, delivery).
 */
export interface Publisher {
  /** Committed entries, to every local session of the conversation and every node that has one. */
  deliver(run: CommittedRun): void;
  /** A frame for all sessions of users, wherever they are (friend events, marks, typing, group events). */
  notify(users: readonly number[], frame: Uint8Array, exceptSession?: string): void;
  /** A frame for every session in the conversation, wherever (typing, group events). */
  broadcast(conversation: number, membersVersion: number, frame: Uint8Array, except?: Except): void;
  /**
   * Users joined, left, or changed in rights: every node brings its index (conversation → local sessions) and its
   * cached members up to date.
   */
  membershipChanged(change: MembershipChange): void;
}

/** Who does not get a frame: the session that caused it, and users whom it is not for. */
export interface Except {
  session?: string;
  users?: readonly number[];
}

export interface MembershipChange {
  conversation: number;
  /** The seq of the entry that changed the members last, and what it was before this change. */
  membersVersion: number;
  previousVersion: number;
  /** All whom it changed. */
  users: readonly number[];
}

/**
 * What one commit brought to one conversation: entries of neighbouring seqs, the lowest first, whose members are the same. Goes
 * to each receiver in one piece.
 */
export interface CommittedRun {
  conversation: number;
  /** Of the log up to these entries, or of a later one. */
  membersVersion: number;
  /** Which run of which database server committed them; absent: it is not told. */
  serverRun?: number;
  /** For a direct conversation both users, so that their routes tell the nodes; undefined for a group. */
  direct?: readonly [number, number] | undefined;
  entries: readonly CommittedEntry[];
}

export interface CommittedEntry {
  seq: number;
  /** Entries up to it, and with it, that no person counts. */
  uncounted: number;
  sentAt: number;
  sender: number;
  /** The session that sent it and does not want it back; it has been answered. */
  origin?: object | undefined;
  /** Of the request that brought it, when that is traced. */
  trace?: TraceSpan | undefined;
  /** The deliver or entry frame of the Berth dialect, whole; shared by all receivers and never written to. */
  frame: Uint8Array;
}
