import type { Handler } from '../context.ts';

/** One conversation as this user sees it; former members keep it. */
export const conversation: Handler<'conversation'> = async ({ stores }, session, body) => ({
  conversation: await stores.conversations.summary(body.conversation, session),
});
