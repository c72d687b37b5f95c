import type { Handler } from '../context.ts';
import { announce, announceMembers } from '../events/member-events.ts';

/** Leaves a group. An owner is followed by whoever has been there longest, admins before members. */
export const groupLeave: Handler<'groupLeave'> = async (context, session, { conversation }) => {
  const { newOwner, ...change } = await context.stores.groups.leave(conversation, session.user);
  const left = [session.user];
  announceMembers(context, session, { conversation, ...change }, { event: 'left', users: left }, left);
  if (newOwner !== undefined) {
    const { membersVersion } = change;
    announce(
      context,
      session,
      { conversation, membersVersion },
      { event: 'role', user: newOwner, role: 'owner' },
    );
  }
  return {};
};
