import type { Handler } from '../context.ts';
import { announce, publishEntries } from '../events/member-events.ts';

/** Owner and admins. */
export const groupRename: Handler<'groupRename'> = async (context, session, { conversation, title }) => {
  const change = { conversation, ...(await context.stores.groups.rename(conversation, session.user, title)) };
  publishEntries(context, change);
  announce(context, session, change, { event: 'renamed', title });
  return {};
};
