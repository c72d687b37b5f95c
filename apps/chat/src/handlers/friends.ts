import type { Handler } from '../context.ts';
import { formatCursor, parseCursor } from '../conversations/cursor.ts';
import { fitting } from '../conversations/frame-page.ts';
import { shownOnline } from '../events/shown-presence.ts';

/** A page of the user's friends, in the order of their ids, with who of them is online. */
export const friends: Handler<'friends'> = async (context, session, { cursor, limit }) => {
  const { stores } = context;
  const [after = 0] = parseCursor(cursor, 1) ?? [];
  const listed = await stores.people.friends(session.user, after, limit + 1);
  const page = listed.slice(0, limit);
  const ids = page.map(({ profile }) => profile.id);
  const here = await shownOnline(context, session.user, ids);
  const shown = fitting(
    page.map(({ profile, alias, conversation }) => ({
      ...profile,
      alias,
      conversation,
      online: here.has(profile.id),
    })),
  );
  return { friends: shown, ...(shown.length < listed.length && { cursor: formatCursor(shown.at(-1)!.id) }) };
};
