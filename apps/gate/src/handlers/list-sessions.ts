import type { sessionsList } from '@berth/wire/http';
import type { z } from 'zod';
import type { Context } from '../context.ts';
import type { SessionCall } from '../route.ts';

/** The caller's live sessions, the newest first. */
export async function listSessions(
  context: Context,
  { session }: SessionCall,
): Promise<z.output<typeof sessionsList>> {
  const { sessions } = await context.sessions.list(session.user);
  return { sessions: sessions.map((entry) => ({ ...entry, current: entry.id === session.session })) };
}
