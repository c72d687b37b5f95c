import type { Handler } from '../context.ts';
import { pushFriendEvent } from '../events/friend-events.ts';

/** This user's own name for a friend; the user's other sessions are told. */
export const friendAlias: Handler<'friendAlias'> = async (context, session, { user, alias }) => {
  await context.stores.friends.setAlias(session.user, user, alias);
  const profile = await context.stores.profiles.get(user);
  pushFriendEvent(context, session, [session.user], { event: 'profile', user: { ...profile, alias } });
  return {};
};
