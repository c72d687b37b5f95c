import type { Handler } from '../context.ts';
import { changeMessage } from '../events/change-events.ts';

/** Pins a message for everybody in its conversation, or unpins it. */
export const pin: Handler<'pin'> = async (context, session, { conversation, cid, target, on }) => {
  const change = { conversation, sender: session.user, cid, target };
  const told = await changeMessage(context, change, () => context.stores.pins.pin(change, on));
  return { conversation, seq: told.seq ?? 0, count: told.count! };
};
