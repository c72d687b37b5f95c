import { createHash } from 'node:crypto';
import { encodeFrame, type Message, type Profile } from '@berth/wire';
import { oldIconName } from '@berth/wire/old-files';
import { isShowable, textLimits, tidy } from '@berth/wire/text-rules';
import type { IdOf } from '../membership/mysql-old-message-ids.ts';
import { maxOldBodyBytes } from './old-ids.ts';

const encoder = new TextEncoder();

/** The client names a text by a text of any length; a cid has at most 32 bytes, so it is 192 bits of the name's hash. */
export const cidOf = (name: string): string =>
  createHash('sha256').update(name).digest('base64url').slice(0, 32);

/** `YYYY-MM-DD HH:MM:SS`, UTC. */
export const timeOf = (ms: number): string => new Date(ms).toISOString().slice(0, 19).replace('T', ' ');

/** What the dialect shows of a user: neither password nor e-mail address, which its servers gave to anyone. */
export const profileOf = ({ id, name, nick, description, sex, icon }: Profile) => ({
  ...{ uid: id, name, nick, desc: description, sex, icon: oldIconName(id, icon), email: '' },
});

/** So many characters of it at most: such clients know no limit. */
export const cutText = (text: string, max: number): string => [...tidy(text)].slice(0, max).join('');

/** A name for a friend; none where nobody could see it. */
export function cutAlias(text: string): string {
  const alias = cutText(text, textLimits.alias);
  return isShowable(alias) ? alias : '';
}

/** What the dialect's servers write for a text that is stored. */
const stored = 2;

/** A stored text, as 1018 and 1019 have it, by the client's own name of it. */
export const storedText = (
  idOf: IdOf,
  uniqueId: string,
  { seq, text, sentAt }: Pick<Message, 'seq' | 'text' | 'sentAt'>,
) => ({
  ...{ message_id: idOf(seq), unique_id: uniqueId, content: text },
  ...{ status: stored, chat_time: timeOf(sentAt) },
});

/** The same as 1014, 1015 and 1030 have it, with fields of other names. */
export const entryOf = (idOf: IdOf, { conversation, seq, sender, text, sentAt }: Message) => ({
  ...{ sender, msg_id: idOf(seq), thread_id: conversation, unique_id: '' },
  ...{ msg_content: text, chat_time: timeOf(sentAt), status: stored },
});

/** The longest beginning of `items` that `bodyOf` makes into a body that such a client can read; never none of some. */
export function fitting<T>(items: readonly T[], bodyOf: (items: readonly T[]) => object): readonly T[] {
  let size = items.length;
  while (size > 1 && encoder.encode(JSON.stringify(bodyOf(items.slice(0, size)))).length > maxOldBodyBytes) {
    size = Math.max(1, Math.floor(size * 0.8));
  }
  return items.slice(0, size);
}

/** A frame for an old client; one that would be too long for it is an error of ours. */
export function encodeOldFrame(id: number, body: object): Uint8Array {
  const frame = encodeFrame(id, body);
  if (frame.length - 4 > maxOldBodyBytes)
    throw new RangeError(`frame ${id}: ${frame.length - 4} bytes are too many`);
  return frame;
}
