import type { Handler } from '../context.ts';
import { announceMembers } from '../events/member-events.ts';

/** The owner removes anyone, admins remove members. */
export const groupRemove: Handler<'groupRemove'> = async (context, session, { conversation, user }) => {
  const change = await context.stores.groups.remove(conversation, session.user, user);
  const happening = { event: 'removed', users: change.users } as const;
  announceMembers(context, session, { conversation, ...change }, happening, change.users);
  return {};
};
