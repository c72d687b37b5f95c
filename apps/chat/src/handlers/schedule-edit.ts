import type { Handler } from '../context.ts';
import { checkScheduled, tellScheduled } from '../events/schedules.ts';

/** Says something else, or at another time, in what is not sent yet. */
export const scheduleEdit: Handler<'scheduleEdit'> = async (context, session, body) => {
  const wanted = await checkScheduled(context, session, body);
  const scheduled = await context.stores.scheduled.edit(session.user, wanted);
  tellScheduled(context, session.user, scheduled, scheduled, session.id);
  return { scheduled };
};
