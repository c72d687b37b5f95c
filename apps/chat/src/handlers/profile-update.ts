import type { Handler } from '../context.ts';
import { pushFriendEvent } from '../events/friend-events.ts';
import { pictureOf } from '../stores/attachment-rows.ts';

/** Changes what the user shows; friends and the user's other sessions are told. */
export const profileUpdate: Handler<'profileUpdate'> = async (context, session, body) => {
  const { nick, description, sex, icon, addedBy } = body;
  const { files } = context.stores;
  const picture = icon === undefined ? undefined : pictureOf(icon);
  if (picture !== undefined) await files.picture(session.user, { kind: 'profile' }, picture, Date.now());
  const former =
    icon === undefined ? undefined : pictureOf((await context.stores.profiles.get(session.user)).icon);
  const user = await context.stores.profiles.update(session.user, { nick, description, sex, icon, addedBy });
  session.profile = user;
  if (former !== undefined && former !== picture)
    await files.release(session.user, [former], Date.now()).catch(() => {});
  const friends = (await context.stores.live.friendsOf([session.user])).get(session.user) ?? [];
  const blocked = new Set(await context.stores.blocks.blockedBy(session.user));
  const told = friends.filter((friend) => !blocked.has(friend));
  pushFriendEvent(context, session, [session.user, ...told], { event: 'profile', user });
  return { user };
};
