import { encodeFrame, frameIds } from '@berth/wire';
import type { Handler } from '../context.ts';
import { requireVisible } from '../events/change-events.ts';

/** Marks a message for the user alone, on every device; or no more. */
export const bookmark: Handler<'bookmark'> = async (context, session, { conversation, target, on }) => {
  const { stores, publisher } = context;
  if (on) {
    await requireVisible(context, conversation, session.user, target);
    await stores.bookmarks.add(session.user, { conversation, seq: target, at: Date.now() });
  } else await stores.bookmarks.remove(session.user, conversation, target);
  const frame = encodeFrame(frameIds.bookmarked, { conversation, target, on });
  publisher.notify([session.user], frame, session.id);
  return {};
};
