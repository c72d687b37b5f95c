import { BerthError } from '@berth/wire';
import type { Handler } from '../context.ts';
import { formatCursor, parseCursor } from '../conversations/cursor.ts';
import { fitting } from '../conversations/frame-page.ts';
import { readTold } from '../events/told-messages.ts';

/** What the user chose in a poll and, unless it is anonymous, who chose what; for whoever sees it. */
export const votes: Handler<'votes'> = async (context, session, body) => {
  const { stores } = context;
  const { conversation, target, cursor, limit } = body;
  const opened = await stores.conversations.open(conversation, session.user);
  const viewer = { user: session.user, files: true, changes: true };
  const { poll } = (await readTold(context, viewer, opened, [target])).get(target) ?? {};
  if (poll === undefined) throw new BerthError('not_found', 'there is no such poll');
  const mine = await stores.polls.own(session.user, conversation, target);
  if (poll.anonymous) return { mine, votes: [] };
  const [option, user] = parseCursor(cursor, 2) ?? [];
  const after = option === undefined || user === undefined ? undefined : { option, user };
  const then = await stores.seen.votes(conversation, target, opened.visible.upTo);
  const found = await stores.polls.list(conversation, target, after, limit + 1, then);
  const page = fitting(found.slice(0, limit));
  const last = page.at(-1);
  return {
    mine,
    votes: page,
    ...(last && page.length < found.length && { cursor: formatCursor(last.option, last.user.id) }),
  };
};
