import type { Handler } from '../context.ts';
import { announceDirect } from '../people/friend-events.ts';

/** Neither of the two can write to the other any more; the other one is not told. */
export const block: Handler<'block'> = async (context, session, { user }) => {
  const change = await context.stores.blocks.block(session.user, user);
  if (change !== undefined) announceDirect(context, change, [session.user, user]);
  return {};
};
