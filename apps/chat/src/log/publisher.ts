/**
 * The way of every message and event to its receivers, here and on other nodes. Calls return at once; what cannot be
 * handed on is dropped and repaired by heads (docs/architecture.md, delivery).
 */
export interface Publisher {
  /** A committed message, to every local session of the conversation and every node that has one. */
  deliver(entry: CommittedMessage): void;
  /** A frame for all sessions of users, wherever they are (friend events, marks, typing, group events). */
  notify(users: readonly number[], frame: Uint8Array, exceptSession?: string): void;
  /** A frame for every session in the conversation, wherever (typing, group events). */
  broadcast(conversation: number, membersVersion: number, frame: Uint8Array, exceptSession?: string): void;
  /**
   * Users joined, left, or changed in rights: every node brings its index (conversation → local sessions) and its
   * cached members up to date. `users` are all whom `membersVersion` changed.
   */
  membershipChanged(conversation: number, membersVersion: number, users: readonly number[]): void;
}

export interface CommittedMessage {
  conversation: number;
  seq: number;
  sender: number;
  /** As the transaction that took the seq read it. */
  membersVersion: number;
  /** For a direct conversation both users, so that their routes tell the nodes; undefined for a group. */
  direct?: readonly [number, number] | undefined;
  /** The deliver frame of the Berth dialect, whole; shared by all receivers and never written to. */
  frame: Uint8Array;
}
