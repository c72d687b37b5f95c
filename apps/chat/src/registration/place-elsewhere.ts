import type { StatusServiceClient } from '@berth/contracts/status';
import type { RenewingClient } from '@berth/grpc';
import type { Berth } from '@berth/wire';
import type { Elsewhere } from '../session/drain.ts';
import type { LiveSession } from '../session/live-session.ts';

/** A session that leaves waits no longer than this for its next berth. */
const deadlineMs = 1_000;

/** Reserves a session's next berth, anywhere but there. Rejects with BerthError. */
export async function placeElsewhere(
  client: RenewingClient<StatusServiceClient>,
  session: LiveSession,
  { avoid, bootedAfter }: Elsewhere,
): Promise<Berth> {
  const placed = await client.call(
    (current) => current.place.bind(current),
    {
      userId: session.user,
      deviceClass: session.deviceClass,
      sessionId: session.id,
      generation: session.generation,
      zone: '',
      avoid: [...avoid],
      version: '',
      move: session.moves,
      bootedAfter,
    },
    { deadlineMs },
  );
  const { node: next, host, port, url, ticket, expiresAtMs } = placed;
  return { node: next, host, port, url, ticket, expiresAt: expiresAtMs };
}
