import { BerthError } from '@berth/wire';
import type { Handler } from '../context.ts';
import { tellListed } from '../events/tell-listed.ts';

/** How this user's list shows a conversation, on every device. */
export const preferences: Handler<'preferences'> = async (context, session, body) => {
  const { conversations, preferences } = context.stores;
  const { conversation, archived, ...wishes } = body;
  const head = archived ? (await conversations.open(conversation, session.user)).visible.head : null;
  const preferred = await preferences.change(session.user, conversation, {
    ...wishes,
    ...(archived !== undefined && { archived: head }),
  });
  if (preferred === undefined) throw new BerthError('not_member');
  tellListed(context, session, [session.user], conversation);
  return preferred;
};
