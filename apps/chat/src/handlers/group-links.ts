import type { Handler } from '../context.ts';
import { formatCursor, parseCursor } from '../conversations/cursor.ts';
import { fitting } from '../conversations/frame-page.ts';

/** A page of a group's links, the newest first; owner and admins. */
export const groupLinks: Handler<'groupLinks'> = async ({ stores }, session, body) => {
  const { conversation, cursor, limit } = body;
  const [start = 0] = parseCursor(cursor, 1) ?? [];
  const page = await stores.groupLinks.page(conversation, session.user, start, limit + 1);
  const links = fitting(page.slice(0, limit));
  return { links, ...(links.length < page.length && { cursor: formatCursor(start + links.length) }) };
};
