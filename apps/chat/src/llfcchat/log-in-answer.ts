import type { Friend, FriendRequest } from '@berth/wire';
import { oldErrors } from './old-ids.ts';
import type { OldSession } from './old-session.ts';
import { fitting, profileOf } from './old-text.ts';

/** Friends asked for at most: more would not fit a frame that the client can read. */
const maxFriends = 400;
const maxApplications = 10;

/** 1006: the profile, at most ten friend requests and as many friends as fit. */
export async function logInAnswer(old: OldSession): Promise<object> {
  const [applications, friends] = await Promise.all([applicationsOf(old), friendsOf(old)]);
  const bodyOf = (list: readonly Friend[]) => ({
    ...{ error: oldErrors.success, ...profileOf(old.session.profile) },
    apply_list: applications.map((application) => ({
      ...{
        ...profileOf(application),
        desc: application.note,
        status: application.state === 'accepted' ? 1 : 0,
      },
    })),
    friend_list: list.map((friend) => ({ ...profileOf(friend), back: friend.alias || friend.nick })),
  });
  return bodyOf(fitting(friends, bodyOf));
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
    const page = await old.ask('friends', { limit: 200, ...(cursor !== undefined && { cursor }) });
    friends.push(...page.friends);
    cursor = page.cursor;
  } while (cursor !== undefined && friends.length < maxFriends);
  return friends;
}
