import { BerthError } from '@berth/wire';
import type { Context } from '../context.ts';
import type { SessionCall } from '../route.ts';

/** Ends one of the caller's sessions, `current` the one that calls: its token is void and its connection closed. */
export async function endSession(context: Context, { session, params }: SessionCall): Promise<undefined> {
  const id = params.id === undefined || params.id === 'current' ? session.session : params.id;
  const isId = /^[0-9a-f]{32}$/.test(id);
  const revocation = isId ? await context.sessions.end(session.user, [id], 'ended-by-user') : undefined;
  if (!revocation) throw new BerthError('not_found', 'You have no such session.');
  await context.revocations.handOver(revocation);
  return undefined;
}
