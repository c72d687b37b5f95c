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
  const fit = fitting(page.messages.toReversed(), sizeOf).reverse();
  const next = fit.length < page.messages.length ? fit[0]?.message.seq : page.next;
  const messages = fit.map(({ message }) => (session.files ? message : stores.fileLines.message(message)));
  return { conversation, messages, ...(next !== undefined && { next }) };
};

const sizeOf = ({ bytes }: StoredMessage): number => bytes;
