import type { Handler } from '../context.ts';
import { changeMessage } from '../events/change-events.ts';

/** Ends a poll, for who asked. */
export const pollClose: Handler<'pollClose'> = async (context, session, { conversation, cid, target }) => {
  const change = { conversation, sender: session.user, cid, target };
  const close = async () => (await context.stores.polls.close(change)) ?? {};
  const { seq = 0 } = await changeMessage(context, change, close);
  return { conversation, seq };
};
