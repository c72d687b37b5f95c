import type { Handler } from '../context.ts';

/** Which of the user's sessions are connected now, the one that asks among them. */
export const liveSessions: Handler<'liveSessions'> = async ({ online }, session) => ({
  sessions: [...(await online.sessionsOf(session.user))],
});
