import type { Handler } from '../context.ts';
import { announceDirect } from '../events/friend-events.ts';
import { showPresence } from '../events/shown-presence.ts';
import { tellListed } from '../events/tell-listed.ts';

/** Neither of the two can write to the other any more; to the other one, who is not told, it looks like going offline. */
export const block: Handler<'block'> = async (context, session, { user }) => {
  const change = await context.stores.blocks.block(session.user, user);
  if (change !== undefined) {
    announceDirect(context, change, [session.user, user]);
    // To the one who did it alone: the other is not told.
    tellListed(context, session, [session.user], change.conversation);
    await showPresence(context, session.user, { to: user, online: false });
  }
  return {};
};
