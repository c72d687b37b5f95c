import type { Handler } from '../context.ts';
import { formatCursor, parseCursor } from '../conversations/cursor.ts';
import { fitting } from '../conversations/frame-page.ts';

/** A page of those whom the user has blocked, in the order of their ids. */
export const blocks: Handler<'blocks'> = async ({ stores }, session, { cursor, limit }) => {
  const [after = 0] = parseCursor(cursor, 1) ?? [];
  const listed = await stores.blocks.page(session.user, after, limit + 1);
  const users = fitting(listed.slice(0, limit));
  return { users, ...(users.length < listed.length && { cursor: formatCursor(users.at(-1)!.id) }) };
};
