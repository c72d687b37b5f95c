import { BerthError, type FriendRequest } from '@berth/client';
import type { Actor } from './actor.ts';
import { askerNote, groups, type Line, talks } from './cast.ts';

export interface Cast {
  hero: Actor;
  friends: Actor[];
  asker: Actor;
}

/**
 * Lets everything be there that the demo shows: friends, a request, what was said, groups. What is there already stays
 * as its user has left it: whoever was removed as a friend is not asked again.
 */
export async function fill(cast: Cast): Promise<void> {
  const { hero, friends, asker } = cast;
  const requests = await requestsOf(hero);
  const isNew = ({ id }: Actor) => !requests.some((request) => request.id === id);
  for (const friend of friends) {
    if (!isNew(friend)) continue;
    await friend.client.request('friendRequest', { user: hero.id });
    await hero.client.request('friendAccept', { user: friend.id });
  }
  if (isNew(asker)) await asker.client.request('friendRequest', { user: hero.id, note: askerNote });
  const actors = new Map([hero, ...friends].map((actor) => [actor.character.name, actor]));
  for (const [name, lines] of Object.entries(talks)) {
    await unlessRefused(async () => {
      const { conversation } = await hero.client.request('directOpen', { user: actors.get(name)!.id });
      if (conversation.head < lines.length) await recite(actors, conversation.conversation, name, lines);
    });
  }
  for (const { cid, title, members, lines } of groups) {
    await unlessRefused(async () => {
      const { conversation } = await hero.client.request('groupCreate', {
        ...{ cid, title },
        members: members.map((name) => actors.get(name)!.id),
      });
      if (conversation.head < lines.length) await recite(actors, conversation.conversation, cid, lines);
    });
  }
}

async function recite(
  actors: ReadonlyMap<string, Actor>,
  conversation: number,
  scene: string,
  lines: readonly Line[],
): Promise<void> {
  for (const [index, [name, text]] of lines.entries())
    await actors.get(name)!.recite(conversation, text, `demo ${scene.slice(-20)} ${index}`);
}

/** The user has left the group, or is no longer a friend: so be it. */
async function unlessRefused(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const settled = ['not_friends', 'not_member', 'blocked', 'muted', 'forbidden'];
    if (!(error instanceof BerthError && settled.includes(error.code))) throw error;
  }
}

async function requestsOf({ client }: Actor): Promise<FriendRequest[]> {
  const requests: FriendRequest[] = [];
  let cursor: string | undefined;
  do {
    const page = await client.request('friendRequests', { limit: 200, ...(cursor && { cursor }) });
    requests.push(...page.requests);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return requests;
}
