import { BerthError } from '@berth/wire';
import type { Handler } from '../context.ts';

/** Makes a link that makes whoever opens it a friend. */
export const inviteCreate: Handler<'inviteCreate'> = async (context, session, { maxUses, forMs }) => {
  const { config, log, stores } = context;
  if (!config.invites) throw new BerthError('forbidden', 'There are no invites on this platform.');
  const invite = await stores.invites.create(session.user, { maxUses, forMs });
  log.info({ userId: session.user, maxUses, forMs }, 'an invite was made');
  return { invite };
};
