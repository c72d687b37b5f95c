import type { Handler } from '../context.ts';
import { changeMessage } from '../events/change-events.ts';

/** Adds an emoji to a message, or takes one's own away. */
export const react: Handler<'react'> = async (context, session, { conversation, cid, target, emoji, on }) => {
  const change = { conversation, sender: session.user, cid, target };
  const told = await changeMessage(context, change, (changes) => changes.react(change, emoji, on));
  return { conversation, seq: told.seq ?? 0, count: told.count! };
};
