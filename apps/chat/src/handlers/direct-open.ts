import type { Handler } from '../context.ts';
import { announceDirect } from '../events/friend-events.ts';

/** The conversation with another user; made when the two may write to each other. */
export const directOpen: Handler<'directOpen'> = async (context, session, { user }) => {
  const { config, budgets, stores } = context;
  // Where strangers may write, to turn to one is as much of a disturbance as to ask for friendship.
  const isNew = config.strangersMayWrite && !(await stores.direct.exists(session.user, user));
  if (isNew && (await stores.people.friend(session.user, user)) === undefined)
    await budgets.take(session.user, 'friendRequest');
  const { created, ...change } = await stores.direct.open(session.user, user);
  if (created) announceDirect(context, change, [session.user, user]);
  return { conversation: await stores.conversations.summary(change.conversation, session) };
};
