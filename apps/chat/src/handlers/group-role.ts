import type { Handler } from '../context.ts';
import { announce, announceMembers } from '../events/member-events.ts';

/** The owner gives roles; one who gives ownership away becomes an admin. */
export const groupRole: Handler<'groupRole'> = async (context, session, { conversation, user, role }) => {
  const change = await context.stores.groups.giveRole(conversation, session.user, user, role);
  announceMembers(context, session, { conversation, ...change }, { event: 'role', user, role });
  if (role === 'owner') {
    const former = { event: 'role', user: session.user, role: 'admin' } as const;
    announce(context, session, { conversation, membersVersion: change.membersVersion }, former);
  }
  return {};
};
