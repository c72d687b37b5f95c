import type { Handler } from '../context.ts';
import { announce } from '../events/member-events.ts';

/** Owner and admins. */
export const groupRename: Handler<'groupRename'> = async (context, session, { conversation, title }) => {
  const { membersVersion } = await context.stores.groups.rename(conversation, session.user, title);
  announce(context, session, { conversation, membersVersion }, { event: 'renamed', title });
  return {};
};
