import type { Handler } from '../context.ts';
import { announceFriendship, pushFriendEvent } from '../events/friend-events.ts';

/** Asks to be friends; the two are at once when the other one has asked already. */
export const friendRequest: Handler<'friendRequest'> = async (context, session, body) => {
  const { user, note, alias } = body;
  await context.budgets.take(session.user, 'friendRequest');
  const result = await context.stores.friends.request(session.user, user, { note, alias });
  if (result.state === 'accepted') {
    await announceFriendship(context, session, { asker: user, accepter: session.user }, result.friendship);
    return { state: 'accepted' };
  }
  // Asked again, with other words: the list has them, but nobody is disturbed twice.
  if (result.isAgain) return { state: 'pending' };
  const profiles = await context.stores.profiles.getAll([session.user, user]);
  const request = { note, state: 'pending', at: result.at } as const;
  pushFriendEvent(context, session, [user], {
    event: 'requested',
    request: { ...profiles.get(session.user)!, ...request, direction: 'incoming' },
  });
  pushFriendEvent(context, session, [session.user], {
    event: 'requested',
    request: { ...profiles.get(user)!, ...request, direction: 'outgoing' },
  });
  return { state: 'pending' };
};
