import { BerthError } from '@berth/wire';
import type { Handler } from '../context.ts';
import { fitting } from '../conversations/frame-page.ts';
import type { ReactionPlace } from '../conversations/mysql-reactions.ts';
import { requireVisible } from '../events/change-events.ts';

/** Who reacted to a message and how, by emoji; for whoever sees the message. */
export const reactions: Handler<'reactions'> = async ({ stores }, session, body) => {
  const { conversation, target, cursor, limit } = body;
  const { upTo } = await requireVisible({ stores }, conversation, session.user, target);
  const then = await stores.seen.reactions(conversation, target, upTo);
  const found = await stores.reactions.list(conversation, target, placeOf(cursor), limit + 1, then);
  const page = fitting(found.slice(0, limit));
  const last = page.at(-1);
  return {
    reactions: page,
    ...(last && page.length < found.length && { cursor: `${last.user.id} ${last.emoji}` }),
  };
};

function placeOf(cursor: string | undefined): ReactionPlace | undefined {
  if (cursor === undefined) return undefined;
  const [, user, emoji] = /^(\d{1,10}) (.+)$/su.exec(cursor) ?? [];
  if (user === undefined || emoji === undefined || !emoji.isWellFormed())
    throw new BerthError('bad_request', 'this cursor is none of ours');
  return { emoji, user: Number(user) };
}
