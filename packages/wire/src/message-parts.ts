import type { ErrorCode } from './errors.ts';
import type { Mention } from './mentions.ts';

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
  mentions?: Mention[];
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
  mentions?: Mention[];
  /** When it is sent, milliseconds since 1970. */
  at: number;
  /** Why it could not be: it waits to be changed or cancelled. */
  failed?: ErrorCode;
}

/** What an attachment is shown as. */
export type AttachmentKind = 'image' | 'video' | 'audio' | 'voice' | 'file';

/** A file of a message. What is in it was found from its bytes; `links` of the files service give its addresses. */
export interface Attachment {
  /** 22 characters. */
  file: string;
  kind: AttachmentKind;
  /** For people alone: no path, no control characters. */
  name: string;
  /** Media type, found from the bytes; `application/octet-stream` when unknown. */
  type: string;
  bytes: number;
  /** Pixels, as it is to be shown. */
  width?: number;
  height?: number;
  durationMs?: number;
  /** Base64url of a ThumbHash, some 25 bytes. */
  thumbhash?: string;
  /** Of a voice message: base64url of 64 bytes, each the loudness of a 64th. */
  waveform?: string;
  /** Whether the variants `small` and `large` exist beside the `original`. */
  previews?: boolean;
}

/** An emoji on a message. */
export interface Reaction {
  emoji: string;
  count: number;
  /** The first of those who reacted so. */
  users: number[];
  /** One is among those who are not told. */
  mine?: true;
}

/** The thread below a message. */
export interface Replies {
  count: number;
  /** The seq of the newest. */
  last: number;
  /** Of whoever began it, is in it or has looked at it: up to where they have read it. */
  read?: number;
}
