import type { Handler } from '../context.ts';
import { announceMembers } from '../events/member-events.ts';

/** The owner mutes anyone, admins mute members; a muted member reads but does not write. */
export const groupMute: Handler<'groupMute'> = async (context, session, { conversation, user, forMs }) => {
  const mutedUntil = forMs === 0 ? 0 : Date.now() + forMs;
  const change = await context.stores.groups.mute(conversation, session.user, user, mutedUntil);
  announceMembers(context, session, { conversation, ...change }, { event: 'muted', user, mutedUntil });
  return { mutedUntil };
};
