import { BerthError, encodeFrame, frameIds } from '@berth/wire';
import type { Handler } from '../context.ts';

/** Deletes messages for the user alone, on every device. */
export const hide: Handler<'hide'> = async ({ stores, publisher }, session, { conversation, seqs }) => {
  const { visible } = await stores.conversations.open(conversation, session.user);
  if (!seqs.every((seq) => visible.has(seq))) throw new BerthError('not_found');
  await stores.hidden.hide(conversation, session.user, seqs);
  publisher.notify([session.user], encodeFrame(frameIds.hidden, { conversation, seqs }), session.id);
  return {};
};
