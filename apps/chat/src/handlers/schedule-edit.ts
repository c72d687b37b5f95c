import type { Handler } from '../context.ts';
import { checkScheduled, tellScheduled } from '../events/schedules.ts';

/** Says something else, or at another time, in what is not sent yet. */
export const scheduleEdit: Handler<'scheduleEdit'> = async (context, session, body) => {
  const scheduled = await checkScheduled(context, session, body);
  await context.stores.scheduled.edit(session.user, scheduled);
  tellScheduled(context, session.user, scheduled, scheduled, session.id);
  return { scheduled };
};
