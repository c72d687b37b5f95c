import type { Handler } from '../context.ts';
import { formatCursor, parseCursor } from '../conversations/cursor.ts';
import { fitting } from '../conversations/frame-page.ts';

/** A page of the user's own invites, the newest first. */
export const invites: Handler<'invites'> = async ({ stores }, session, { cursor, limit }) => {
  const [start = 0] = parseCursor(cursor, 1) ?? [];
  const page = await stores.invites.page(session.user, start, limit + 1);
  const shown = fitting(page.slice(0, limit));
  return {
    invites: shown,
    ...(shown.length < page.length && { cursor: formatCursor(start + shown.length) }),
  };
};
