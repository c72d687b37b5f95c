import type { Attachment, Message } from '@berth/wire';
import { oldPictureOf } from '@berth/wire/old-files';
import type { FileLines } from '../log/file-lines.ts';

/**
 * A message as the dialect can show it: files are lines of its text. One that is a single picture keeps that, too, for a client that
 * has a frame for it.
 */
export function shownMessage(lines: FileLines, message: Message): Message {
  const picture = oldPictureOf(message);
  const plain = lines.message(message);
  return picture === undefined ? plain : { ...plain, attachments: [picture] };
}

/** The picture that a shown message is. */
export const pictureOf = ({ attachments }: Message): Attachment | undefined => attachments?.[0];
