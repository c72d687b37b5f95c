import type { Handler } from '../context.ts';
import { pushFriendEvent } from '../events/friend-events.ts';

/** Changes what the user shows; friends and the user's other sessions are told. */
export const profileUpdate: Handler<'profileUpdate'> = async (context, session, body) => {
  const { nick, description, sex, icon, addedBy } = body;
  const user = await context.stores.profiles.update(session.user, { nick, description, sex, icon, addedBy });
  session.profile = user;
  const friends = (await context.stores.live.friendsOf([session.user])).get(session.user) ?? [];
  const blocked = new Set(await context.stores.blocks.blockedBy(session.user));
  const told = friends.filter((friend) => !blocked.has(friend));
  pushFriendEvent(context, session, [session.user, ...told], { event: 'profile', user });
  return { user };
};
