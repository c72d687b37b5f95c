import { BerthError, type FriendRequest, type Message, toBerthError } from '@berth/wire';
import { textLimits } from '@berth/wire/text-rules';
import { withNamedEdits } from './named-edits.ts';
import type { OldBody } from './old-bodies.ts';
import { oldErrors } from './old-ids.ts';
import type { OldSession } from './old-session.ts';
import { cutAlias, cutText, entryOf, fitting, profileOf } from './old-text.ts';

/** Messages that 1014 tells of. */
const maxEntries = 10;

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

/** 1009; of two who ask each other, and of friends whom the client does not know, 1015 tells afterwards. */
export async function addFriend(old: OldSession, body: OldBody<'addFriend'>): Promise<object> {
  assertSelf(old, body.uid);
  const request = { note: cutText(body.applyname, textLimits.note), alias: cutAlias(body.bakname) };
  const isFriend = await old.ask('friendRequest', { user: body.touid, ...request }).then(
    ({ state }) => state === 'accepted',
    (error: unknown) => {
      if (toBerthError(error).code === 'already_exists' && !old.told.knows(body.touid)) return true;
      throw error;
    },
  );
  if (isFriend) {
    const { conversation } = await old.ask('directOpen', { user: body.touid });
    if (conversation.peer) old.texts.introduce(conversation.peer, conversation.conversation);
  }
  return { error: oldErrors.success };
}

/** 1013: accepts; the answer has the newest messages of the two, which are the request's text and the greeting. */
export async function authFriend(old: OldSession, body: OldBody<'authFriend'>): Promise<object> {
  assertSelf(old, body.fromuid);
  old.texts.expect(body.touid);
  try {
    const { friend } = await old.ask('friendAccept', { user: body.touid, alias: cutAlias(body.back) });
    const { conversation } = friend;
    const newest = await old.ask('sync', { conversation, limit: maxEntries });
    const messages = await withNamedEdits(old.ask, newest.messages);
    // Such a client ends when there is none.
    if (messages.length === 0) throw new BerthError('unavailable');
    const idOf = await old.ids.upTo(conversation, messages.at(-1)!.seq);
    const bodyOf = (entries: readonly Message[]) => ({
      ...{ error: oldErrors.success, ...profileOf(friend), thread_id: conversation },
      chat_datas: entries.map((message) => entryOf(idOf, message)),
    });
    const entries = [...fitting(messages.toReversed(), bodyOf)].reverse();
    old.texts.arrived(body.touid, conversation, entries.at(-1)!.seq);
    return bodyOf(entries);
  } catch (error) {
    old.texts.arrived(body.touid);
    throw error;
  }
}

/** 1011 */
export const applicationNotice = (request: FriendRequest): object => {
  const { uid, ...profile } = profileOf(request);
  return { error: oldErrors.success, applyuid: uid, ...profile, desc: request.note };
};

/** The user in a frame must be the one of the session: nobody speaks for others. */
export function assertSelf(old: OldSession, uid: number): void {
  if (uid !== old.user) throw new BerthError('forbidden', 'This is another user.');
}
