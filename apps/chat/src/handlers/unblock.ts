import type { Handler } from '../context.ts';
import { announceDirect } from '../people/friend-events.ts';

/** Lifts this user's block; one of the other's stays. */
export const unblock: Handler<'unblock'> = async (context, session, { user }) => {
  const change = await context.stores.blocks.unblock(session.user, user);
  if (change !== undefined) announceDirect(context, change, [session.user, user]);
  return {};
};
