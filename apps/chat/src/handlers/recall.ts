import type { Handler } from '../context.ts';
import { changeMessage } from '../events/change-events.ts';

/** Takes a message back for everybody: one's own for a while after it was sent, as an admin any of the group. */
export const recall: Handler<'recall'> = async (context, session, { conversation, cid, target }) => {
  const change = { conversation, sender: session.user, cid, target };
  const { seq, sentAt } = await changeMessage(context, change, (changes) => changes.recall(change));
  return { conversation, seq, sentAt };
};
