import type { Revocation, RevokeResponse } from '@berth/contracts/status';
import { BerthError } from '@berth/wire';
import type { StatusMetrics } from '../metrics.ts';
import type { RedisRegistry } from '../registry/redis-registry.ts';
import type { NodeStreams } from '../streams/node-streams.ts';
import { parseMessage, revocationMessage } from './messages.ts';

export interface RevokeContext {
  registry: RedisRegistry;
  streams: NodeStreams;
  metrics: StatusMetrics;
}

/** Ends sessions everywhere: the nodes of this replica hear of it at once, whatever Redis does; all of them by the news. */
export async function revoke(
  { registry, streams, metrics }: RevokeContext,
  request: Revocation,
): Promise<RevokeResponse> {
  const body = parseMessage(revocationMessage, request, 'revoke');
  streams.revoke({ id: '', kind: 'revocation', body });
  try {
    await registry.revoke(body);
  } catch (cause) {
    metrics.revocations.inc({ outcome: 'unavailable' });
    throw new BerthError('unavailable', 'The registry is away; revoke again.', {
      cause,
      retryAfterMs: 1_000,
    });
  }
  metrics.revocations.inc({ outcome: 'ok' });
  return {};
}
