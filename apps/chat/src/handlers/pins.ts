import type { Handler } from '../context.ts';
import { formatCursor, parseCursor } from '../conversations/cursor.ts';
import { fitting } from '../conversations/frame-page.ts';
import { readTold } from '../events/told-messages.ts';

/** What is pinned in a conversation, as far as the user sees it: the one pinned last first. */
export const pins: Handler<'pins'> = async (context, session, { conversation, cursor, limit }) => {
  const { stores } = context;
  const opened = await stores.conversations.open(conversation, session.user);
  const [before] = parseCursor(cursor, 1) ?? [];
  const { upTo } = opened.visible;
  const then = upTo === undefined ? undefined : await stores.seen.pins(conversation, upTo);
  const found = await stores.pins.list(conversation, before, limit, then);
  const told = await readTold(
    context,
    session,
    opened,
    found.map(({ target }) => target),
  );
  const all = found.flatMap((pin) => {
    const message = told.get(pin.target);
    // What was pinned once may have been taken back since.
    return message === undefined || message.recalledBy !== undefined ? [] : [{ pin, message }];
  });
  const page = fitting(all, ({ message }) => Buffer.byteLength(JSON.stringify(message)));
  const last = page.length < all.length ? page.at(-1)!.pin : found.at(-1);
  const isEnd = page.length === all.length && found.length < limit;
  return {
    messages: page.map(({ message }) => message),
    ...(last && !isEnd && { cursor: formatCursor(last.seq) }),
  };
};
