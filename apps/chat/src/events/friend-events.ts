import { encodeFrame, type Friend, frameIds, type Pushes } from '@berth/wire';
import type { Context, Session } from '../context.ts';
import type { DirectChange } from '../conversations/direct-conversations.ts';
import type { Friendship } from '../people/mysql-friend-store.ts';
import { greet } from './greeting.ts';
import { publishEntries } from './member-events.ts';

/** Pushes an event to users, wherever they are; not to the session that caused it. */
export function pushFriendEvent(
  { publisher }: Context,
  by: Session,
  users: readonly number[],
  event: Pushes['friendEvent'],
): void {
  publisher.notify(users, encodeFrame(frameIds.friendEvent, event), by.id);
}

/** Tells every node that what the two of a direct conversation may do has changed. */
export function announceDirect(
  { stores, publisher }: Context,
  change: DirectChange,
  users: readonly [number, number],
): void {
  const { conversation, membersVersion, previousVersion } = change;
  stores.directory.membersChanged(conversation, membersVersion);
  publisher.membershipChanged({ conversation, membersVersion, previousVersion, users });
  publishEntries({ stores, publisher }, change, users);
}

/**
 * Tells both that they are friends now, each with the other as a friend, once their conversation has its greeting;
 * answers with the friend that the one who caused it (`by`) has got.
 */
export async function announceFriendship(
  context: Context,
  by: Session,
  { asker, accepter }: { asker: number; accepter: number },
  friendship: Friendship,
): Promise<Friend> {
  announceDirect(context, friendship, [asker, accepter]);
  await greet(context, { asker, accepter }, friendship);
  const [profiles, online] = await Promise.all([
    context.stores.profiles.getAll([asker, accepter]),
    context.online.amongUsers([asker, accepter]),
  ]);
  const friendOf = (user: number, alias: string): Friend => ({
    ...profiles.get(user)!,
    alias,
    conversation: friendship.conversation,
    online: online.has(user),
  });
  const forAsker = friendOf(accepter, friendship.askerAlias);
  const forAccepter = friendOf(asker, friendship.accepterAlias);
  pushFriendEvent(context, by, [asker], { event: 'accepted', friend: forAsker });
  pushFriendEvent(context, by, [accepter], { event: 'accepted', friend: forAccepter });
  return by.user === asker ? forAsker : forAccepter;
}
