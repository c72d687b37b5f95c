import { BerthError, type Friend } from '@berth/wire';
import type { Context } from '../context.ts';
import { shownOnline } from './shown-presence.ts';

/** A friend of the user's, as the list has them. Throws `conflict` when the two are no friends any more. */
export async function listedFriend(context: Context, user: number, friend: number): Promise<Friend> {
  const [listed, here] = await Promise.all([
    context.stores.people.friend(user, friend),
    shownOnline(context, user, [friend]),
  ]);
  if (listed === undefined) throw new BerthError('conflict');
  const { profile, alias, conversation } = listed;
  return { ...profile, alias, conversation, online: here.has(friend) };
}
