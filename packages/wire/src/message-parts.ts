import type { ErrorCode } from './errors.ts';

/** Who said first what a message passes on: the name is that of then. */
export interface Forwarded {
  user: number;
  name: string;
}

/** A question that those in a conversation answer by choosing. */
export interface Poll {
  question: string;
  options: string[];
  /** Whether one may choose several. */
  many: boolean;
  /** Whether nobody is told who chose what. */
  anonymous: boolean;
  /** How many chose each option. */
  counts: number[];
  /** How many chose at all. */
  voters: number;
  /** Nobody chooses any more. */
  closed?: true;
}

/** What a user has typed in a conversation and not sent; empty: nothing any more. */
export interface Draft {
  conversation: number;
  text: string;
  replyTo?: number;
  /** When it was kept, milliseconds since 1970: of two the later one holds. */
  at: number;
}

/** A message that is sent later, by the platform. */
export interface Scheduled {
  conversation: number;
  /** Names it, and the message that it becomes. */
  cid: string;
  text: string;
  replyTo?: number;
  /** When it is sent, milliseconds since 1970. */
  at: number;
  /** Why it could not be: it waits to be changed or cancelled. */
  failed?: ErrorCode;
}
