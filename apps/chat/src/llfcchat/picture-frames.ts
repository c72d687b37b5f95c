import { BerthError, type Message } from '@berth/wire';
import { oldPictureName } from '@berth/wire/old-files';
import type { IdOf } from '../membership/mysql-old-message-ids.ts';
import type { OldBody } from './old-bodies.ts';
import { oldErrors } from './old-ids.ts';
import type { OldSession } from './old-session.ts';
import { cidOf, entryOf, timeOf } from './old-text.ts';
import { assertSelf } from './people-frames.ts';
import { pictureOf } from './shown-messages.ts';

/** As the dialect has them: of a message, and of a picture whose bytes are still to come. */
const types = { text: 0, picture: 1 };
const notUploaded = 3;

/**
 * 1035: a picture is to come. It gets its number, by which it is uploaded to the files service; when all of it is there, the session
 * sends it (`whole-uploads.ts`). The client's own name of it makes its cid, so that it is sent once.
 */
export async function pictureChat(old: OldSession, body: OldBody<'pictureChat'>): Promise<object> {
  const { fromuid, touid, thread_id, md5, name, unique_id } = body;
  assertSelf(old, fromuid);
  old.decide('threads');
  old.sendsPictures();
  if ((await old.peerOf(thread_id)) !== touid) throw new BerthError('not_member');
  const cid = cidOf(unique_id);
  old.texts.sending(thread_id, cid);
  const picture = { conversation: thread_id, sender: old.user, cid, name, md5 };
  const message_id = await old.announce(picture);
  return {
    ...{ error: oldErrors.success, fromuid, touid, thread_id, md5, unique_name: name, unique_id, message_id },
    ...{ chat_time: timeOf(Date.now()), status: notUploaded },
  };
}

/** An entry of 1030 for a client that knows pictures. */
export function pictureEntry(idOf: IdOf, message: Message, [user, peer]: [number, number]): object {
  const picture = pictureOf(message);
  return {
    ...entryOf(idOf, message),
    receiver: message.sender === user ? peer : user,
    msg_type: picture === undefined ? types.text : types.picture,
    ...(picture !== undefined && { msg_content: oldPictureName(picture) }),
  };
}
