import { BerthError } from '@berth/wire';
import type { Handler } from '../context.ts';
import { tellListed } from '../events/tell-listed.ts';

/** How this user's list shows a conversation, on every device. */
export const preferences: Handler<'preferences'> = async (context, session, body) => {
  const preferred = await context.stores.preferences.change(session.user, body.conversation, body);
  if (preferred === undefined) throw new BerthError('not_member');
  tellListed(context, session, [session.user], body.conversation);
  return preferred;
};
