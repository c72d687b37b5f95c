import type { Handler } from '../context.ts';
import { formatCursor, parseCursor } from '../conversations/cursor.ts';
import { fitting } from '../conversations/frame-page.ts';

const directions = ['incoming', 'outgoing'] as const;

/** A page of the requests to and of the user, whatever became of them, the latest change first. */
export const friendRequests: Handler<'friendRequests'> = async ({ stores }, session, { cursor, limit }) => {
  const place = parseCursor(cursor, 3);
  const listed = await stores.people.requests(
    session.user,
    place && { at: place[0]!, other: place[1]!, direction: directions[place[2]!] ?? 'outgoing' },
    limit + 1,
  );
  const requests = fitting(listed.slice(0, limit));
  const last = requests.at(-1);
  if (last === undefined || requests.length === listed.length) return { requests };
  return { requests, cursor: formatCursor(last.at, last.id, directions.indexOf(last.direction)) };
};
