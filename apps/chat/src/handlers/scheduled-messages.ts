import type { Handler } from '../context.ts';
import { formatCursor, parseCursor } from '../conversations/cursor.ts';
import { fitting } from '../conversations/frame-page.ts';

/** What the user sends later, what failed among it. */
export const scheduledMessages: Handler<'scheduledMessages'> = async ({ stores }, session, body) => {
  const { conversation, cursor, limit } = body;
  // There are few of them.
  const [offset = 0] = parseCursor(cursor, 1) ?? [];
  const found = await stores.scheduled.list(session.user, conversation, offset, limit + 1);
  const page = fitting(found.slice(0, limit));
  return {
    scheduled: page,
    ...(page.length < found.length && { cursor: formatCursor(offset + page.length) }),
  };
};
