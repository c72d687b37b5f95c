import { encodeFrame, frameIds, limits, type Message } from '@berth/wire';
import type { NewEntry } from './append-entries.ts';
import { isChange } from './entry-kinds.ts';

/** Room for a u32 and for milliseconds since 1970 (13 digits until the year 2286), filled with blanks until known. */
const seqRoom = ' '.repeat(10);
const sentAtRoom = ' '.repeat(13);
const head = '\0\0\0\0{"seq":';
const middle = ',"sentAt":';
const seqEnd = head.length + seqRoom.length;
const sentAtEnd = seqEnd + middle.length + sentAtRoom.length;

/**
 * Encodes a deliver frame whole before the message has a seq: JSON allows blanks before a number, so both numbers are
 * written into the bytes once they are known (`stampDeliver`) and the size that was checked is the size that is sent.
 */
export function encodeDeliver(message: Omit<Message, 'seq' | 'sentAt'>): Uint8Array {
  const { conversation, sender, cid, text, replyTo, thread, attachments, mentions, forwarded, poll } =
    message;
  const reply = replyTo === undefined ? '' : `,"replyTo":${replyTo}`;
  const below = thread === undefined ? '' : `,"thread":${thread}`;
  const files = attachments === undefined ? '' : `,"attachments":${JSON.stringify(attachments)}`;
  const meant = mentions === undefined ? '' : `,"mentions":${JSON.stringify(mentions)}`;
  const origin = forwarded === undefined ? '' : `,"forwarded":${JSON.stringify(forwarded)}`;
  const carried = poll === undefined ? origin : `,"poll":${JSON.stringify(poll)}`;
  const frame = Buffer.from(
    `${head}${seqRoom}${middle}${sentAtRoom},"conversation":${conversation},"sender":${sender},"cid":${JSON.stringify(cid)}${reply}${below},"text":${JSON.stringify(text)}${files}${meant}${carried}}`,
  );
  const bodyBytes = frame.length - limits.headerBytes;
  const plain = attachments === undefined ? frameIds.deliver : frameIds.attached;
  frame.writeUInt16BE(carried === '' ? plain : frameIds.carried, 0);
  // A body that is too large for the field is refused by its size before it is sent anywhere.
  frame.writeUInt16BE(bodyBytes & 0xffff, 2);
  return frame;
}

/** Bytes of the frame's body: what `maxDeliverBytes` limits. */
export const deliverBodyBytes = (frame: Uint8Array): number => frame.length - limits.headerBytes;

/** Writes the two numbers into a frame of `encodeDeliver`; once, before anyone is given the frame. */
export function stampDeliver(frame: Uint8Array, seq: number, sentAt: number): void {
  writeDigits(frame, seqEnd, seq);
  writeDigits(frame, sentAtEnd, sentAt);
}

/** What is told of an entry that is no message. */
export const entryMessage = (
  entry: Pick<Message, 'conversation' | 'seq' | 'sender' | 'sentAt'> & Pick<NewEntry, 'kind' | 'details'>,
): Message => ({
  conversation: entry.conversation,
  seq: entry.seq,
  kind: entry.kind,
  sender: entry.sender,
  cid: '',
  sentAt: entry.sentAt,
  text: '',
  ...entry.details,
});

/**
 * The frame of an entry that is stored: deliver for a message, attached for one with attachments, carried for one that passes on
 * another one’s words and for a poll, changed for what changed
 * one, entry for what else happened.
 */
export function encodeStored(message: Message): Uint8Array {
  if (isChange(message.kind)) return encodeFrame(frameIds.changed, message);
  if (message.kind !== undefined) return encodeFrame(frameIds.entry, message);
  const frame = encodeDeliver(message);
  stampDeliver(frame, message.seq, message.sentAt);
  return frame;
}

function writeDigits(frame: Uint8Array, end: number, value: number): void {
  let rest = value;
  let at = end;
  do {
    frame[--at] = 48 + (rest % 10);
    rest = Math.floor(rest / 10);
  } while (rest > 0);
}
