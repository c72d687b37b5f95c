import { BerthError } from '@berth/wire';
import type { Handler } from '../context.ts';

/** How this user's list shows a conversation. */
export const preferences: Handler<'preferences'> = async ({ stores }, session, body) => {
  const preferred = await stores.preferences.change(session.user, body.conversation, body);
  if (preferred === undefined) throw new BerthError('not_member');
  return preferred;
};
