import type { Handler } from '../context.ts';

/** Takes an invite of one's own back, also while invites are switched off. */
export const inviteRevoke: Handler<'inviteRevoke'> = async ({ log, stores }, session, { invite }) => {
  await stores.invites.revoke(session.user, invite);
  log.info({ userId: session.user }, 'an invite was taken back');
  return {};
};
