import type { Answers, RequestBody, RequestName } from '@berth/wire';
import type { Session } from './session/session.ts';

/**
 * The way of every message and event to its receivers, here and on other nodes. Calls return at once; what cannot be
 * handed on is dropped and repaired by heads (docs/architecture.md, delivery).
 */
export interface Publisher {
  /** A committed message, to every local session of the conversation and every node that has one. `frame`: the deliver frame. */
  deliver(entry: {
    conversation: number;
    seq: number;
    sender: number;
    membersVersion: number;
    /** For a direct conversation both users, so that their routes tell the nodes; undefined for a group. */
    direct?: readonly [number, number] | undefined;
    frame: Uint8Array;
  }): void;
  /** A frame for all sessions of users, wherever they are (friend events, marks, typing, group events). */
  notify(users: readonly number[], frame: Uint8Array, exceptSession?: string): void;
  /** A frame for every session in the conversation, wherever (typing, group events). */
  broadcast(conversation: number, membersVersion: number, frame: Uint8Array, exceptSession?: string): void;
  /** Users joined or left: every node brings its index (conversation → local sessions) and its cached members up to date. */
  membershipChanged(conversation: number, membersVersion: number, users: readonly number[]): void;
}

/** One use case: what a request frame asks for. Throws BerthError. Both dialects call it. */
export type Handler<N extends RequestName, C> = (
  context: C,
  session: Session,
  body: RequestBody<N>,
) => Promise<Answers[N]>;
