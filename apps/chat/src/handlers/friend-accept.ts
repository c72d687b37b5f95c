import { BerthError } from '@berth/wire';
import type { Context, Handler } from '../context.ts';
import { announceFriendship } from '../events/friend-events.ts';
import { shownOnline } from '../events/shown-presence.ts';

/** Accepts a request; repeated, it answers with the friend again. */
export const friendAccept: Handler<'friendAccept'> = async (context, session, { user, alias }) => {
  const { already, ...friendship } = await context.stores.friends.accept(session.user, user, alias);
  const friend = already
    ? await friendOf(context, session.user, user)
    : await announceFriendship(context, session, { asker: user, accepter: session.user }, friendship);
  return { friend };
};

async function friendOf(context: Context, user: number, friend: number) {
  const [listed, here] = await Promise.all([
    context.stores.people.friend(user, friend),
    shownOnline(context, user, [friend]),
  ]);
  if (listed === undefined) throw new BerthError('conflict');
  const { profile, alias, conversation } = listed;
  return { ...profile, alias, conversation, online: here.has(friend) };
}
