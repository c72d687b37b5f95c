import { decodeBody, frameIds, limits, type Message, type Poll, pollText } from '@berth/wire';
import { encodeStored } from './deliver-frame.ts';
import { isChange } from './entry-kinds.ts';

/** What a client that does not know how messages change is told in place of one that was taken back. */
const recalledText = 'This message was recalled.';
/** …and of one whose words were edited since, and not kept. */
const unkeptText = 'This message was edited since; what it said before was not kept.';
/** Before the new words of a message that was edited: a line that replies to what it corrects. */
const correction = '✎ ';

const editCid = (seq: number): string => `edit ${seq}`;

/** The line of an edit; `name`: of what it corrects, for who cannot see to what it replies. */
export const editLine = (words: string, name?: string): string =>
  `${correction}${name === undefined ? '' : `${name} → `}${words}`;

/** Of the line of an edit what it corrects, and the new words; undefined: it is another message. */
export function editIn({ seq, cid, text, replyTo }: Message): { target: number; words: string } | undefined {
  if (cid !== editCid(seq) || replyTo === undefined || !text.startsWith(correction)) return undefined;
  return { target: replyTo, words: text.slice(correction.length) };
}

/** In place of a message that was taken back, where only the time tells which one that was. */
export const recalledLine = (time: string): string => `The message of ${time} was recalled.`;

/** Of an entry that changes a message, and of a message that carries more than words and files. */
export const isChangeFrame = (frame: Uint8Array): boolean =>
  frame[0] === frameIds.changed >> 8 &&
  (frame[1] === (frameIds.changed & 0xff) || frame[1] === (frameIds.carried & 0xff));

/** An entry as a client shows it that does not know how messages change; undefined: there is nothing that it can show. */
export function oldLine(message: Message): Message | undefined {
  if (message.recalledBy !== undefined)
    return { ...message, text: message.unkept ? unkeptText : recalledText };
  if (message.poll !== undefined) return withLines(message, message.poll);
  if (message.forwarded !== undefined) return withOrigin(message, message.forwarded.name);
  if (!isChange(message.kind)) return message;
  const { conversation, seq, sender, sentAt, text, target } = message;
  if (message.kind !== 'edited' || text === '') return undefined;
  return {
    ...{ conversation, seq, sender, sentAt },
    ...{ cid: editCid(seq), text: editLine(text), replyTo: target! },
  };
}

const withLines = ({ poll: _, ...message }: Message, poll: Poll): Message => ({
  ...message,
  text: pollText(poll),
});

function withOrigin({ forwarded: _, ...message }: Message, name: string): Message {
  const origin = `Forwarded from ${name}`;
  return { ...message, text: message.text === '' ? origin : `${origin}\n${message.text}` };
}

/** The same of a frame that tells a change, or what is carried. */
export function oldFrame(frame: Uint8Array): Uint8Array | undefined {
  const line = oldLine(decodeBody(frame.subarray(limits.headerBytes)) as Message);
  return line && encodeStored(line);
}
