import type { Handler } from '../context.ts';

/** Users by id or by the beginning of their name. */
export const searchUser: Handler<'searchUser'> = async ({ stores }, _session, { query, limit }) => ({
  users: await stores.profiles.search(query, limit),
});
