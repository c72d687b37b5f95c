import type { Handler } from '../context.ts';
import { announceDirect } from '../events/friend-events.ts';

/** The conversation with another user; made when the two may write to each other. */
export const directOpen: Handler<'directOpen'> = async (context, session, { user }) => {
  const { created, ...change } = await context.stores.direct.open(session.user, user);
  if (created) announceDirect(context, change, [session.user, user]);
  return { conversation: await context.stores.conversations.summary(change.conversation, session) };
};
