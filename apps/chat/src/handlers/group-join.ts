import { BerthError } from '@berth/wire';
import type { Handler } from '../context.ts';
import { announceMembers } from '../events/member-events.ts';

/** Joins the group of a link, or an open one; a member is answered, and nothing else. */
export const groupJoin: Handler<'groupJoin'> = async (context, session, { link, conversation: open }) => {
  const { config, stores } = context;
  if (link !== undefined && !config.invites)
    throw new BerthError('forbidden', 'There are no invites on this platform.');
  const change =
    link === undefined
      ? await stores.groupDirectory.join(session.user, open!)
      : await stores.groupLinks.join(session.user, link);
  const { conversation, users } = change;
  if (users.length > 0) announceMembers(context, session, change, { event: 'joined', users }, users);
  return { conversation: await stores.conversations.summary(conversation, session) };
};
