import type { Handler } from '../context.ts';
import { formatCursor, parseCursor } from '../conversations/cursor.ts';
import { fitting } from '../conversations/frame-page.ts';

/** A page of a conversation's members, in the order of their ids; for members. */
export const members: Handler<'members'> = async ({ stores }, session, { conversation, cursor, limit }) => {
  const [after = 0] = parseCursor(cursor, 1) ?? [];
  const listed = await stores.conversations.members(conversation, session.user, after, limit + 1);
  const page = fitting(listed.slice(0, limit));
  return { members: page, ...(page.length < listed.length && { cursor: formatCursor(page.at(-1)!.id) }) };
};
