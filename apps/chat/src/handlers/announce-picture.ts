import { BerthError } from '@berth/wire';
import type { Context } from '../context.ts';
import type { PictureAnnouncement } from '../conversations/mysql-old-uploads.ts';
import { publishEntries } from '../events/member-events.ts';

/**
 * Gives a picture of an llfcchat client its number before it is uploaded; asked again it is the same. What keeps the sender from
 * writing there is thrown.
 */
export async function announcePicture(
  { stores, publisher }: Pick<Context, 'stores' | 'publisher'>,
  picture: PictureAnnouncement,
): Promise<number> {
  const { oldUploads, oldMessageIds, sendRates } = stores;
  const retryAfterMs = sendRates.take(picture.sender, performance.now());
  if (retryAfterMs > 0) throw new BerthError('rate_limited', undefined, { retryAfterMs });
  const known = await oldUploads.known(picture.sender, picture.cid);
  if (known !== undefined) return known;
  const { conversation } = picture;
  const { entry, row } = await oldUploads.reserve(picture);
  const { membersVersion, direct } = row;
  publishEntries({ stores, publisher }, { conversation, membersVersion, entries: [entry] }, direct);
  const idOf = await oldMessageIds.upTo(conversation, entry.seq);
  return oldUploads.announce(picture, entry.seq, idOf);
}
