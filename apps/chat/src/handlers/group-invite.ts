import type { Handler } from '../context.ts';
import { announceMembers } from '../events/member-events.ts';

/**
 * Adds users: every member may add friends; where strangers may write to each other, owner and admins may add anyone
 * who has not blocked them. Those who may not be added are left out; it is an error when nobody is left.
 */
export const groupInvite: Handler<'groupInvite'> = async (context, session, { conversation, users }) => {
  await context.budgets.take(session.user, 'groupMember', users.length);
  const change = await context.stores.groups.invite(conversation, session.user, users);
  if (change.users.length > 0) {
    const happening = { event: 'joined', users: change.users } as const;
    announceMembers(context, session, { conversation, ...change }, happening, change.users);
  }
  return { added: change.users };
};
