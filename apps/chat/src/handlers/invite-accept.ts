import { BerthError } from '@berth/wire';
import type { Handler } from '../context.ts';
import { announceFriendship } from '../events/friend-events.ts';
import { listedFriend } from '../events/listed-friend.ts';

/** Makes the user a friend of whoever invites; repeated, it answers with the friend again. */
export const inviteAccept: Handler<'inviteAccept'> = async (context, session, { invite }) => {
  const { config, log, stores } = context;
  if (!config.invites) throw new BerthError('forbidden', 'There are no invites on this platform.');
  const { already, inviter, ...friendship } = await stores.friends.acceptInvite(session.user, invite);
  if (already) return { friend: await listedFriend(context, session.user, inviter) };
  log.info({ userId: session.user, inviter }, 'an invite was used');
  const both = { asker: inviter, accepter: session.user };
  return { friend: await announceFriendship(context, session, both, friendship) };
};
