import type { Handler } from '../context.ts';
import { announceFriendship } from '../events/friend-events.ts';
import { greet } from '../events/greeting.ts';
import { listedFriend } from '../events/listed-friend.ts';

/** Accepts a request; repeated, it answers with the friend again. */
export const friendAccept: Handler<'friendAccept'> = async (context, session, { user, alias }) => {
  const { already, ...friendship } = await context.stores.friends.accept(session.user, user, alias);
  const pair = { asker: user, accepter: session.user };
  if (!already) return { friend: await announceFriendship(context, session, pair, friendship) };
  // It may have been missed the first time.
  await greet(context, pair, friendship);
  return { friend: await listedFriend(context, session.user, user) };
};
