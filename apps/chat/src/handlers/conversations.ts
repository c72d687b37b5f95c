import type { Handler } from '../context.ts';

/** A page of the user's conversations, the latest activity first. Pinned ones stand where they are: clients sort them. */
export const conversations: Handler<'conversations'> = ({ stores }, session, { cursor, limit }) =>
  stores.conversationList.page(session, cursor, limit);
