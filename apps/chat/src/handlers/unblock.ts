import type { Handler } from '../context.ts';
import { announceDirect } from '../events/friend-events.ts';
import { showPresence } from '../events/shown-presence.ts';
import { tellListed } from '../events/tell-listed.ts';

/** Lifts this user's block; one of the other's stays. */
export const unblock: Handler<'unblock'> = async (context, session, { user }) => {
  const change = await context.stores.blocks.unblock(session.user, user);
  if (change !== undefined) {
    announceDirect(context, change, [session.user, user]);
    // To the one who did it alone: the other is not told.
    tellListed(context, session, [session.user], change.conversation);
    await showPresence(context, session.user, { to: user, online: true });
  }
  return {};
};
