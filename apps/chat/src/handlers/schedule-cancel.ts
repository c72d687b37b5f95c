import type { Handler } from '../context.ts';
import { tellScheduled } from '../events/schedules.ts';

/** Does not send what was to be sent later; also for one who is no member any more. */
export const scheduleCancel: Handler<'scheduleCancel'> = async (context, session, { conversation, cid }) => {
  await context.stores.scheduled.cancel({ user: session.user, conversation, cid });
  tellScheduled(context, session.user, { conversation, cid }, undefined, session.id);
  return {};
};
