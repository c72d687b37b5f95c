import type { Handler } from '../context.ts';

/** Nobody joins by that link any more; owner and admins. */
export const groupLinkRevoke: Handler<'groupLinkRevoke'> = async ({ stores }, session, body) => {
  await stores.groupLinks.revoke(body.conversation, session.user, body.link);
  return {};
};
