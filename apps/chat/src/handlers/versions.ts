import type { Handler } from '../context.ts';
import { formatCursor, parseCursor } from '../conversations/cursor.ts';
import { fitting } from '../conversations/frame-page.ts';
import { requireVisible } from '../events/change-events.ts';

/** What a message said before it was edited, for whoever sees the message. */
export const versions: Handler<'versions'> = async ({ stores }, session, body) => {
  const { conversation, target, cursor, limit } = body;
  const { upTo } = await requireVisible({ stores }, conversation, session.user, target);
  const [after = 0] = parseCursor(cursor, 1) ?? [];
  const found = await stores.changes.versions(conversation, target, { after, upTo }, limit + 1);
  const page = fitting(found.slice(0, limit));
  return {
    versions: page.map(({ text, at }) => ({ text, at })),
    ...(page.length < found.length && { cursor: formatCursor(page.at(-1)!.seq) }),
  };
};
