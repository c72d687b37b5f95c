import type { Attachment, Message, Profile } from '@berth/wire';
import { oldPictureName } from '@berth/wire/old-files';
import type { IdOf } from '../membership/mysql-old-message-ids.ts';
import { oldErrors } from './old-ids.ts';
import { entryOf, profileOf, storedText } from './old-text.ts';

/** 1019: `text_array` for a client that has not listed its threads, `chat_datas` with numbers for one that has. */
export function pushedBody(
  user: number,
  peer: number,
  texts: readonly Message[],
  idOf: IdOf | undefined,
): object {
  const [first] = texts;
  const touid = first!.sender === user ? peer : user;
  return {
    ...{ error: oldErrors.success, fromuid: first!.sender, touid, thread_id: first!.conversation },
    ...(idOf !== undefined
      ? { chat_datas: texts.map((message) => storedText(idOf, message.cid, message)) }
      : { text_array: texts.map(({ text, cid }) => ({ content: text, msgid: cid })) }),
  };
}

/** 1039: the client asks for the bytes at once, by the name. */
export const pushedPicture = (
  user: number,
  peer: number,
  { message, picture, idOf }: { message: Message; picture: Attachment; idOf: IdOf },
): object => ({
  ...{ error: oldErrors.success, message_id: idOf(message.seq), sender_id: message.sender },
  ...{ receiver_id: message.sender === user ? peer : user, img_name: oldPictureName(picture) },
  ...{ total_size: String(picture.bytes), thread_id: message.conversation },
});

/** 1015 */
export const acceptance = (
  touid: number,
  profile: Profile,
  messages: readonly Message[],
  idOf: IdOf,
): object => {
  const { uid, ...shown } = profileOf(profile);
  return {
    ...{ error: oldErrors.success, fromuid: uid, touid, ...shown, thread_id: messages[0]!.conversation },
    chat_datas: messages.map((message) => entryOf(idOf, message)),
  };
};
