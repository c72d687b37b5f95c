import { BerthError, type Friend, type FriendRequest, type Profile } from '@berth/wire';
import type { OldBody } from './old-bodies.ts';
import { oldErrors } from './old-ids.ts';
import type { OldSession } from './old-session.ts';
import { cidOf, profileOf, storedText } from './old-text.ts';

/** What the dialect's servers put into a conversation when a request is accepted. */
const greeting = 'We are friends now!';

/** 1007: digits are an id, anything else a whole name. */
export async function searchUser(old: OldSession, { uid }: OldBody<'searchUser'>): Promise<object> {
  const query = /^\d+$/.test(uid) ? uid : `@${uid}`;
  const { users } = await old.ask('searchUser', { query: query.slice(0, 64), limit: 20 });
  const wanted = uid.normalize('NFKC').toLowerCase();
  const found = users.find((user) =>
    /^\d+$/.test(uid) ? user.id === Number(uid) : user.name.normalize('NFKC').toLowerCase() === wanted,
  );
  if (!found) throw new BerthError('not_found');
  return { error: oldErrors.success, ...profileOf(found) };
}

/** 1009 */
export async function addFriend(old: OldSession, body: OldBody<'addFriend'>): Promise<object> {
  assertSelf(old, body.uid);
  await old.ask('friendRequest', {
    ...{ user: body.touid, note: body.applyname.slice(0, 255), alias: body.bakname.slice(0, 64) },
  });
  return { error: oldErrors.success };
}

/** 1013: accepts, and greets in the name of who accepts, as the first message of the two. */
export async function authFriend(old: OldSession, body: OldBody<'authFriend'>): Promise<object> {
  assertSelf(old, body.fromuid);
  const { friend } = await old.ask('friendAccept', { user: body.touid, alias: body.back.slice(0, 64) });
  const cid = cidOf(`greeting ${old.user}`);
  const sent = await old.ask('send', { conversation: friend.conversation, cid, text: greeting });
  const message = { ...sent, sender: old.user, text: greeting };
  return {
    ...{ error: oldErrors.success, ...profileOf(friend), thread_id: friend.conversation },
    chat_datas: [{ ...storedText('', message), thread_id: friend.conversation }],
  };
}

/** 1011 */
export const applicationNotice = (request: FriendRequest): object => {
  const { uid, ...profile } = profileOf(request);
  return { error: oldErrors.success, applyuid: uid, ...profile, desc: request.note };
};

/** 1015 */
export const acceptedNotice = (to: Profile, friend: Friend): object => {
  const { uid, ...profile } = profileOf(friend);
  return {
    error: oldErrors.success,
    fromuid: uid,
    touid: to.id,
    ...profile,
    thread_id: friend.conversation,
    chat_datas: [],
  };
};

/** The user in a frame must be the one of the session: nobody speaks for others. */
export function assertSelf(old: OldSession, uid: number): void {
  if (uid !== old.user) throw new BerthError('forbidden', 'This is another user.');
}
