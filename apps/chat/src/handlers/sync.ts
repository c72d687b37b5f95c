import { BerthError, type Message } from '@berth/wire';
import type { Handler, Session } from '../context.ts';
import { fitting } from '../conversations/frame-page.ts';
import { repliesBytes } from '../conversations/mysql-threads.ts';
import { oldLine } from '../log/old-lines.ts';
import type { StoredMessage } from '../log/range-reader.ts';

/**
 * A page of a conversation's messages, ascending: those above `after`, or the newest below `before` (without either: the
 * newest), as many as fit a frame. Only what was sent while the user was a member, and of the rest what the client knows.
 */
export const sync: Handler<'sync'> = async (context, session, body) => {
  const { stores } = context;
  const { conversation, after, before, limit } = body;
  if (after !== undefined && before !== undefined) {
    throw new BerthError('bad_request', 'after or before, not both');
  }
  const { row, visible } = await stores.conversations.open(conversation, session.user);
  const ranges =
    after === undefined
      ? visible.rangesBefore(before ?? visible.head + 1, limit)
      : visible.rangesAfter(after, limit);
  const now = await stores.ranges.read({ id: conversation, changed: row.changed }, ranges);
  const stored = await stores.seen.stored(now, visible);
  const sizeOf = ({ bytes }: StoredMessage): number => bytes + (row.threaded ? repliesBytes : 0);
  const page = after === undefined ? newestFitting(stored, sizeOf) : fitting(stored, sizeOf);
  const all = page.map(({ message }) => (session.files ? message : stores.fileLines.message(message)));
  const [first, last] = [all[0]?.seq, all.at(-1)?.seq];
  const more =
    after === undefined
      ? first !== undefined && visible.first < first
      : last !== undefined && visible.head > last;
  const shown = await stores.hidden.without(row, session.user, toldTo(session, all));
  const told = await stores.threads.told(row, session.user, shown, visible.head);
  const messages = await stores.reactions.own(session.user, told);
  // One that knows less goes on behind the last message that it is told, so a page without any is none.
  if (messages.length > 0 || !more) return { conversation, messages, head: visible.head, more };
  return sync(context, session, { ...body, ...(after === undefined ? { before: first } : { after: last }) });
};

function toldTo({ entries, changes }: Session, all: readonly Message[]): readonly Message[] {
  if (entries && changes) return all;
  const lines = changes ? all : all.flatMap((message) => oldLine(message) ?? []);
  return entries ? lines : lines.filter(({ kind }) => kind === undefined);
}

const newestFitting = (stored: readonly StoredMessage[], sizeOf: (one: StoredMessage) => number) =>
  fitting(stored.toReversed(), sizeOf).reverse();
