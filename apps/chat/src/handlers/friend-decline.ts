import type { Handler } from '../context.ts';
import { pushFriendEvent } from '../events/friend-events.ts';

/** Declines a request; nothing happens when there is none. */
export const friendDecline: Handler<'friendDecline'> = async (context, session, { user }) => {
  if (await context.stores.friends.decline(session.user, user)) {
    pushFriendEvent(context, session, [user], { event: 'declined', user: session.user });
    pushFriendEvent(context, session, [session.user], { event: 'declined', user });
  }
  return {};
};
