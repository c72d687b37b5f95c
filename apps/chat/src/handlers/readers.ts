import type { Handler } from '../context.ts';

/** Who has read a message; for members of a group that is not too large. */
export const readers: Handler<'readers'> = ({ stores }, session, { conversation, target }) =>
  stores.readers.of(conversation, session.user, target);
