import type { Handler } from '../context.ts';
import { announceDirect, pushFriendEvent } from '../events/friend-events.ts';
import { tellListed } from '../events/tell-listed.ts';

/** Ends a friendship for both; nothing happens when there is none. Their conversation stays, to be read. */
export const friendRemove: Handler<'friendRemove'> = async (context, session, { user }) => {
  const change = await context.stores.friends.remove(session.user, user);
  if (change !== undefined) {
    announceDirect(context, change, [session.user, user]);
    pushFriendEvent(context, session, [user], { event: 'removed', user: session.user });
    pushFriendEvent(context, session, [session.user], { event: 'removed', user });
    tellListed(context, session, [session.user, user], change.conversation);
  }
  return {};
};
