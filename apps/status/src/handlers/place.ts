import type { PlaceRequest, PlaceResponse, SkipReason } from '@berth/contracts/status';
import { toBerthError } from '@berth/wire';
import type { StatusMetrics } from '../metrics.ts';
import { skipReasons } from '../placement/node-record.ts';
import type { Placer } from '../placement/placer.ts';
import { parseMessage, placeMessage } from './messages.ts';

export interface PlaceContext {
  placer: Placer;
  metrics: StatusMetrics;
}

/** Reserves a slot on the best admissible node and signs a ticket for it. */
export async function place(
  { placer, metrics }: PlaceContext,
  request: PlaceRequest,
): Promise<PlaceResponse> {
  const stop = metrics.placeSeconds.startTimer();
  try {
    const berth = await placer.place(parseMessage(placeMessage, request, 'place'));
    metrics.placements.inc({ outcome: berth.fallback ? 'fallback' : 'placed' });
    for (const skip of berth.skips) metrics.skips.inc({ reason: skip.reason });
    return {
      node: berth.node,
      host: berth.address.clientHost,
      port: berth.address.clientPort,
      url: berth.address.clientUrl,
      ticket: berth.ticket,
      expiresAtMs: berth.expiresAtMs,
      reservation: berth.reservation,
      skips: berth.skips.map(({ node, reason }) => ({ node, reason: skipReasons[reason] as SkipReason })),
    };
  } catch (error) {
    metrics.placements.inc({ outcome: toBerthError(error).code });
    throw error;
  } finally {
    stop();
  }
}
