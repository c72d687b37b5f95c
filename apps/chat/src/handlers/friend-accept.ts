import type { Handler } from '../context.ts';
import { announceFriendship } from '../events/friend-events.ts';
import { listedFriend } from '../events/listed-friend.ts';

/** Accepts a request; repeated, it answers with the friend again. */
export const friendAccept: Handler<'friendAccept'> = async (context, session, { user, alias }) => {
  const { already, ...friendship } = await context.stores.friends.accept(session.user, user, alias);
  const friend = already
    ? await listedFriend(context, session.user, user)
    : await announceFriendship(context, session, { asker: user, accepter: session.user }, friendship);
  return { friend };
};
