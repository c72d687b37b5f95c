import type { Friend, FriendRequest } from '@berth/wire';
import { oldErrors } from './old-ids.ts';
import type { OldSession } from './old-session.ts';
import { fitting, profileOf } from './old-text.ts';

const maxApplications = 10;
/** Conversations that are looked at to tell which friends one talks with. */
const maxRanked = 400;
const pageSize = 200;

/**
 * 1006: the profile, at most ten friend requests and as many friends as fit, those whom one talked with last before the
 * others. `token` is for clients that show it to a file server.
 */
export async function logInAnswer(old: OldSession, token: string): Promise<object> {
  const [applications, friends] = await Promise.all([applicationsOf(old), friendsOf(old)]);
  const bodyOf = (list: readonly Friend[]) => ({
    ...{ error: oldErrors.success, ...profileOf(old.session.profile), token },
    apply_list: applications.map((application) => ({
      ...{
        ...profileOf(application),
        desc: application.note,
        status: application.state === 'accepted' ? 1 : 0,
      },
    })),
    friend_list: list.map((friend) => ({ ...profileOf(friend), back: friend.alias || friend.nick })),
  });
  const all = fitting(friends, bodyOf);
  const shown = all.length === friends.length ? all : fitting(await lastTalkedFirst(old, friends), bodyOf);
  old.told.begin(shown, shown.length < friends.length);
  return bodyOf(shown);
}

async function applicationsOf(old: OldSession): Promise<FriendRequest[]> {
  const { requests } = await old.ask('friendRequests', {});
  return requests
    .filter(({ direction, state }) => direction === 'incoming' && state !== 'declined')
    .slice(0, maxApplications);
}

async function friendsOf(old: OldSession): Promise<Friend[]> {
  const friends: Friend[] = [];
  let cursor: string | undefined;
  do {
    const page = await old.ask('friends', { limit: pageSize, ...(cursor !== undefined && { cursor }) });
    friends.push(...page.friends);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return friends;
}

async function lastTalkedFirst(old: OldSession, friends: readonly Friend[]): Promise<Friend[]> {
  const ranks = new Map<number, number>();
  let cursor: string | undefined;
  do {
    const page = await old.ask('conversations', { limit: pageSize, ...(cursor !== undefined && { cursor }) });
    for (const { conversation } of page.conversations) ranks.set(conversation, ranks.size);
    cursor = page.cursor;
  } while (cursor !== undefined && ranks.size < maxRanked);
  const rankOf = ({ conversation }: Friend) => ranks.get(conversation) ?? Number.MAX_SAFE_INTEGER;
  return friends.toSorted((a, b) => rankOf(a) - rankOf(b));
}
