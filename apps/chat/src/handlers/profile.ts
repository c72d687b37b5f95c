import type { Answers } from '@berth/wire';
import type { Context, Handler } from '../context.ts';
import { shownOnline } from '../events/shown-presence.ts';

/** What a user shows, and how the two stand to each other; without `user` one's own. */
export const profile: Handler<'profile'> = async (context, session, body) => {
  const { stores } = context;
  const user = body.user ?? session.user;
  const self = user === session.user;
  const [shown, friend, blocked, here] = await Promise.all([
    stores.profiles.get(user),
    stores.people.friend(session.user, user),
    stores.blocks.has(session.user, user),
    shownOnline(context, session.user, [user]),
  ]);
  if (!self && friend === undefined) await context.budgets.take(session.user, 'profile');
  return {
    ...(self && (await addable(context, user))),
    user: shown,
    friend: friend !== undefined,
    blocked,
    alias: friend?.alias ?? '',
    // Presence is for friends.
    online: (self || friend !== undefined) && here.has(user),
  };
};

async function addable(
  { config, stores }: Context,
  user: number,
): Promise<Pick<Answers['profile'], 'addedBy' | 'addable'>> {
  const chosen = await stores.profiles.addedBy(user);
  const known = chosen ?? (config.strangersMayWrite ? 'everybody' : 'friends');
  return { addedBy: known === 'nobody' ? known : 'friends', addable: known };
}
