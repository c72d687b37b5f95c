import { BerthError, encodeFrame, frameIds, type Pushes } from '@berth/wire';
import type { Handler } from '../context.ts';

/** How far the user has read a thread; their other sessions are told. */
export const threadMark: Handler<'threadMark'> = async (context, session, { conversation, root, read }) => {
  const { publisher, stores } = context;
  const { visible } = await stores.conversations.open(conversation, session.user);
  const seqs = visible.has(root) ? await stores.threads.repliesBefore(conversation, root, read + 1, 1) : [];
  const [last] = seqs;
  if (last === undefined) throw new BerthError('not_found');
  const marked = await stores.threads.mark(conversation, session.user, root, Math.min(last, visible.head));
  const told: Pushes['threadMarked'] = { conversation, root, read: marked };
  publisher.notify([session.user], encodeFrame(frameIds.threadMarked, told), session.id);
  return { read: marked };
};
