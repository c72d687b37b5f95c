import { BerthError } from '@berth/wire';
import type { Handler } from '../context.ts';

/** Makes a link by which anyone may join; owner and admins. */
export const groupLinkCreate: Handler<'groupLinkCreate'> = async ({ config, log, stores }, session, body) => {
  const { conversation } = body;
  if (!config.invites) throw new BerthError('forbidden', 'There are no invites on this platform.');
  const link = await stores.groupLinks.create(conversation, session.user, body);
  log.info({ userId: session.user, conversation }, 'a link of a group was made');
  return { link };
};
