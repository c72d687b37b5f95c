import type { Handler } from '../context.ts';
import { announceDirect } from '../events/friend-events.ts';
import { showPresence } from '../events/shown-presence.ts';

/** Lifts this user's block; one of the other's stays. */
export const unblock: Handler<'unblock'> = async (context, session, { user }) => {
  const change = await context.stores.blocks.unblock(session.user, user);
  if (change !== undefined) {
    announceDirect(context, change, [session.user, user]);
    await showPresence(context, session.user, { to: user, online: true });
  }
  return {};
};
