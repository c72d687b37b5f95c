import type { Handler } from '../context.ts';
import { checkScheduled, tellScheduled } from '../events/schedules.ts';

/** Sends a text later, whatever becomes of this session and this node. */
export const schedule: Handler<'schedule'> = async (context, session, body) => {
  const wanted = await checkScheduled(context, session, body);
  const scheduled = await context.stores.scheduled.add(session.user, wanted);
  tellScheduled(context, session.user, scheduled, scheduled, session.id);
  return { scheduled };
};
