import type { Handler } from '../context.ts';
import { formatCursor, parseCursor } from '../conversations/cursor.ts';
import { fitting } from '../conversations/frame-page.ts';

/** A page of the people whom a query finds, those first who are most likely meant; each account has a budget. */
export const searchUser: Handler<'searchUser'> = async (context, session, { query, limit, cursor }) => {
  const { stores, searchBudget } = context;
  const [start = 0] = parseCursor(cursor, 1) ?? [];
  await searchBudget.take(session.user);
  const found = await stores.search.find(session.user, query);
  const page = found.slice(start, start + limit);
  const users = fitting(page.map(({ profile }) => profile));
  const strangers = page
    .slice(0, users.length)
    .filter(({ friend, profile }) => !friend && profile.id !== session.user);
  await searchBudget.spend(session.user, strangers.length);
  const end = start + users.length;
  return { users, ...(end < found.length && users.length > 0 && { cursor: formatCursor(end) }) };
};
