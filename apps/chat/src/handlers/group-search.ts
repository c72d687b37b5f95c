import type { Handler } from '../context.ts';
import { formatCursor, parseCursor } from '../conversations/cursor.ts';
import { fitting } from '../conversations/frame-page.ts';

/** A page of the open groups that a query finds, or of all of them; each account has a budget of searches. */
export const groupSearch: Handler<'groupSearch'> = async (context, session, { query, cursor, limit }) => {
  const { stores, searchBudget } = context;
  const [at] = parseCursor(cursor, 1) ?? [];
  await searchBudget.take(session.user);
  if (query === '') {
    const listed = await stores.groupDirectory.page(at ?? 0x8000_0000, limit + 1);
    const groups = fitting(listed.slice(0, limit));
    const more = groups.length < listed.length;
    return { groups, ...(more && { cursor: formatCursor(groups.at(-1)!.conversation) }) };
  }
  const found = await stores.groupDirectory.find(query);
  const groups = fitting(found.slice(at ?? 0, (at ?? 0) + limit));
  const end = (at ?? 0) + groups.length;
  return { groups, ...(end < found.length && groups.length > 0 && { cursor: formatCursor(end) }) };
};
