import type { Handler } from '../context.ts';
import { formatCursor, parseCursor } from '../conversations/cursor.ts';
import { fitting } from '../conversations/frame-page.ts';

/** What the user has typed and not sent, on any device. */
export const drafts: Handler<'drafts'> = async ({ stores }, session, { cursor, limit }) => {
  const [after = 0] = parseCursor(cursor, 1) ?? [];
  const at = Date.now();
  const found = await stores.drafts.list(session.user, after, limit + 1);
  const page = fitting(found.slice(0, limit));
  return {
    drafts: page,
    at,
    ...(page.length < found.length && { cursor: formatCursor(page.at(-1)!.conversation) }),
  };
};
