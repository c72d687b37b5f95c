import type { TraceSpan } from '@berth/telemetry';
import type { Attachment, BerthError, Forwarded, Mention, Poll } from '@berth/wire';
import { isSlowed, type Standing } from '../membership/standing.ts';
import type { Carried } from './message-state.ts';

/** What makes a message the same one however often it is sent. */
export interface MessageIdentity {
  conversation: number;
  sender: number;
  cid: string;
}

export interface OutgoingMessage extends MessageIdentity {
  text: string;
  replyTo: number | undefined;
  /** The root of the thread that it is of. */
  thread?: number | undefined;
  /** Rows of their own. */
  attachments?: readonly Attachment[] | undefined;
  /** Written in turn, too. */
  mentions?: readonly Mention[] | undefined;
  /** Whose they are, when that is not the sender. */
  filesOf?: number | undefined;
  /** Written in turn, too. */
  carried?: Carried | undefined;
  /** This cid may have been sent before. */
  resent: boolean;
  /** Of `encodeDeliver`, without seq and time. */
  frame: Uint8Array;
  /** The session that sends it, when its answer is all that it wants to hear of it. */
  origin?: object | undefined;
  /** Of the request that brought it, when that is traced. */
  trace?: TraceSpan | undefined;
  /** What the sender was allowed by; checked again when the members version has moved on. */
  standing: Standing;
}

/** Whether a message has rows of its own beside it. */
export const hasRows = ({ attachments, mentions, thread }: OutgoingMessage): boolean =>
  attachments !== undefined || mentions !== undefined || thread !== undefined;

/** Whether it is written in turn with whoever else writes the conversation: for its rows, or because the one before it counts. */
export const takesTurn = (message: OutgoingMessage): boolean =>
  hasRows(message) || isSlowed(message.standing);

/** The first acceptance of a message; every resend gets the same. */
export interface Receipt {
  conversation: number;
  seq: number;
  sentAt: number;
  /** As the others are told of them. */
  attachments?: Attachment[];
  /** Of what carries more than words: those, and what it is. */
  text?: string;
  forwarded?: Forwarded;
  poll?: Poll;
}

/** A message as an earlier transaction stored it; its text may differ from that of a careless resend. */
export interface KnownMessage {
  seq: number;
  uncounted: number;
  sentAt: number;
  text: string;
  replyTo: number | undefined;
  thread?: number;
  attachments?: Attachment[];
  mentions?: Mention[];
  carried?: Carried;
}

/** A message in a batch, and what is known of its caller. */
export interface BatchMessage {
  readonly message: OutgoingMessage;
  /** This cid may be stored. */
  readonly resent: boolean;
  /** Its caller was answered already: find out whether it was stored, but do not store it. */
  readonly lookUpOnly: boolean;
}

export interface BatchOptions {
  /** Look up every cid before inserting, not only those marked as resent. */
  careful: boolean;
  /** Leave out conversations that someone else has locked, instead of waiting for them. */
  skipLocked: boolean;
  /** Called once the locks are held, with the conversations that are locked: the batch may grow by messages to them. */
  gather?: ((locked: ReadonlyMap<number, unknown>) => void) | undefined;
}

export type Outcome =
  | { kind: 'stored'; seq: number; uncounted: number; serverRun: number; sentAt: number; standing: Standing }
  | { kind: 'known'; message: KnownMessage; standing: Standing }
  /** What happened to the message at this index happened to this one. */
  | { kind: 'twin'; of: number }
  | { kind: 'absent' }
  | { kind: 'refused'; error: BerthError }
  | { kind: 'locked' }
  /** Another writer has the seq or the cid (or it is not known who): to be written in turn. */
  | { kind: 'contended'; by: 'seq' | 'cid' | 'other' }
  /** No room in the statement: to be tried next. */
  | { kind: 'later' };

export interface MessageStore {
  /**
   * Appends a batch, sorted by conversation, with one INSERT and without a lock, with an outcome for each message. Throws
   * as `write` does.
   */
  append(batch: readonly BatchMessage[]): Promise<Outcome[]>;
  /**
   * Stores a batch in one transaction under the locks of its conversations, with an outcome for each message. Throws CommitUnknownError when the answer of
   * COMMIT was lost; every other error means that nothing of the batch was stored.
   */
  write(batch: readonly BatchMessage[], options: BatchOptions): Promise<Outcome[]>;
}

/** The transaction may have been committed or not. */
export class CommitUnknownError extends Error {
  override readonly name = 'CommitUnknownError';
}
