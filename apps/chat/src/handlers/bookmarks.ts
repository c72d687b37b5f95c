import { BerthError } from '@berth/wire';
import type { Handler } from '../context.ts';
import { formatCursor, parseCursor } from '../conversations/cursor.ts';
import { fitting } from '../conversations/frame-page.ts';
import type { Bookmark } from '../conversations/mysql-bookmarks.ts';
import { readToldAmong } from '../events/told-messages.ts';
import { placeKey } from '../log/range-reader.ts';

/** What the user has marked for themselves, as far as they see it still: the newest mark first. */
export const bookmarks: Handler<'bookmarks'> = async (context, session, body) => {
  const { conversation, cursor, limit } = body;
  const found = await context.stores.bookmarks.list(session.user, conversation, placeOf(cursor), limit);
  const told = await readToldAmong(context, session, found);
  const all = found.flatMap((mark) => {
    const message = told.get(placeKey(mark.conversation, mark.seq));
    return message === undefined ? [] : [{ mark, message }];
  });
  const page = fitting(all, ({ message }) => Buffer.byteLength(JSON.stringify(message)));
  const last = page.length < all.length ? page.at(-1)!.mark : found.at(-1);
  const isEnd = page.length === all.length && found.length < limit;
  return {
    messages: page.map(({ message }) => message),
    ...(last && !isEnd && { cursor: formatCursor(last.at, last.conversation, last.seq) }),
  };
};

function placeOf(cursor: string | undefined): Bookmark | undefined {
  const numbers = parseCursor(cursor, 3);
  if (numbers === undefined) return undefined;
  const [at, conversation, seq] = numbers;
  if (at === undefined || conversation === undefined || seq === undefined)
    throw new BerthError('bad_request', 'that is no cursor of this list');
  return { at, conversation, seq };
}
