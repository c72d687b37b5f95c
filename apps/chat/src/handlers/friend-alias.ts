import type { Handler } from '../context.ts';

/** This user's own name for a friend. */
export const friendAlias: Handler<'friendAlias'> = async ({ stores }, session, { user, alias }) => {
  await stores.friends.setAlias(session.user, user, alias);
  return {};
};
