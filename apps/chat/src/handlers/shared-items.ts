import type { Message } from '@berth/wire';
import type { Handler } from '../context.ts';
import { fitting } from '../conversations/frame-page.ts';
import type { StoredMessage } from '../log/range-reader.ts';

/** A page of what was shared in a conversation, ascending: of what the user may see, as many as fit a frame. */
export const sharedItems: Handler<'sharedItems'> = async (
  { stores },
  session,
  { conversation, what, before, limit },
) => {
  const { visible } = await stores.conversations.open(conversation, session.user);
  const page = await stores.shared.page({ conversation, what, visible, before, limit });
  const then = (await stores.seen.stored(page.messages, visible)).filter(
    ({ message }) => what !== 'links' || hasLink(message),
  );
  const fit = fitting(then.toReversed(), sizeOf).reverse();
  const next = fit.length < then.length ? fit[0]?.message.seq : page.next;
  const messages = fit.map(({ message }) => (session.files ? message : stores.fileLines.message(message)));
  return { conversation, messages, ...(next !== undefined && { next }) };
};

const hasLink = ({ text }: Message): boolean => /https?:\/\//i.test(text);

const sizeOf = ({ bytes }: StoredMessage): number => bytes;
