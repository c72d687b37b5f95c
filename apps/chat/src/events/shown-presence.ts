import { encodeFrame, frameIds, type Pushes } from '@berth/wire';
import type { Context } from '../context.ts';

/** Those of `users` whom `viewer` may see online: nobody shows it to whom they have blocked. */
export async function shownOnline(
  { stores, online }: Context,
  viewer: number,
  users: readonly number[],
): Promise<ReadonlySet<number>> {
  const here = await online.amongUsers(users);
  const blockers = await stores.blocks.blockersOf(viewer, [...here]);
  return new Set([...here].filter((user) => !blockers.has(user)));
}

/** Tells a friend that the user came or went, as after a block or the end of one. Nothing for one who is no friend. */
export async function showPresence(
  { stores, publisher }: Context,
  user: number,
  { to, online }: { to: number; online: boolean },
): Promise<void> {
  if ((await stores.people.friend(to, user)) === undefined) return;
  const body: Pushes['presence'] = { changes: [{ user, online }] };
  publisher.notify([to], encodeFrame(frameIds.presence, body));
}
