import { type Berth, BerthError } from '@berth/wire';
import type { httpSchemas } from '@berth/wire/http';
import type { z } from 'zod';
import type { Context } from '../context.ts';
import type { SessionCall } from '../route.ts';

/** A place for a session that lost its node: no password, and as a rule no MySQL. */
export async function createBerth(
  context: Context,
  { body, session }: SessionCall<z.output<typeof httpSchemas.berthsRequest>>,
): Promise<{ berth: Berth }> {
  const place = (avoid: string[]) =>
    context.status.place({
      userId: session.user,
      deviceClass: session.deviceClass,
      sessionId: session.session,
      generation: session.generation,
      avoid,
    });
  try {
    return { berth: await place(body.avoid) };
  } catch (error) {
    const isAvoiding = error instanceof BerthError && error.code === 'no_berth' && body.avoid.length > 0;
    if (!isAvoiding) throw error;
    // A node that the client lost is better than none: the loss may have been its own network's.
    return { berth: await place([]) };
  }
}
