import type { Handler } from '../context.ts';
import { announceMembers } from '../events/member-events.ts';

/** Owner and admins. */
export const groupSettings: Handler<'groupSettings'> = async (context, session, body) => {
  const { conversation, req: _, ...wanted } = body;
  const { settings, ...change } = await context.stores.groupSettings.set(conversation, session.user, wanted);
  if (change.entries.length > 0)
    announceMembers(
      context,
      session,
      { conversation, users: [], ...change },
      { event: 'settings', settings },
    );
  return {};
};
