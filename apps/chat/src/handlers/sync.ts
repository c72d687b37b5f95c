import { BerthError } from '@berth/wire';
import type { Handler } from '../context.ts';
import { fitting } from '../conversations/frame-page.ts';
import type { StoredMessage } from '../log/range-reader.ts';

/**
 * A page of a conversation's messages, ascending: those above `after`, or the newest below `before` (without either: the
 * newest), as many as fit a frame. Only what was sent while the user was a member.
 */
export const sync: Handler<'sync'> = async ({ stores }, session, body) => {
  const { conversation, after, before, limit } = body;
  if (after !== undefined && before !== undefined) {
    throw new BerthError('bad_request', 'after or before, not both');
  }
  const { visible } = await stores.conversations.open(conversation, session.user);
  const ranges =
    after === undefined
      ? visible.rangesBefore(before ?? visible.head + 1, limit)
      : visible.rangesAfter(after, limit);
  const stored = await stores.ranges.read(conversation, ranges);
  const page = after === undefined ? newestFitting(stored) : fitting(stored, sizeOf);
  const messages = page.map(({ message }) => message);
  const [first, last] = [messages[0]?.seq, messages.at(-1)?.seq];
  const more =
    after === undefined
      ? first !== undefined && visible.first < first
      : last !== undefined && visible.head > last;
  return { conversation, messages, head: visible.head, more };
};

const sizeOf = ({ bytes }: StoredMessage): number => bytes;
const newestFitting = (stored: StoredMessage[]) => fitting(stored.toReversed(), sizeOf).reverse();
