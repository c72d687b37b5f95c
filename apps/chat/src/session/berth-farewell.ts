import { type CloseReason, encodeFrame, frameIds, type Pushes, type WireError } from '@berth/wire';
import type { Farewell } from './live-session.ts';

const goAwayReasons: Partial<Record<CloseReason, Pushes['goAway']['reason']>> = {
  slowConsumer: 'slow',
  silent: 'silent',
  flood: 'flood',
};

const errors: Partial<Record<CloseReason, WireError>> = {
  firstFrameLate: { code: 'unauthenticated', message: 'No hello came in time.' },
  ticketInvalid: { code: 'ticket_invalid', message: 'The ticket is not valid here.' },
  busy: { code: 'no_berth', message: 'This node is full.' },
  serverError: { code: 'internal', message: 'A fault of ours; it is in the log.' },
  badFrame: { code: 'bad_request', message: 'What came is no frame of this protocol.' },
};

/** A client that is sent away for its own doing comes back after this. */
const retryAfterMs = 1_000;

/** The last frame of a connection in the Berth dialect; none when the answer before it said everything. */
export function berthFarewell(
  reason: CloseReason,
  details: Farewell,
  deviceClass: string | undefined,
): Uint8Array | undefined {
  if (details.error) return encodeFrame(frameIds.error, { error: details.error });
  switch (reason) {
    case 'goAway':
    case 'slowConsumer':
    case 'silent':
    case 'flood':
      return encodeFrame(frameIds.goAway, {
        reason: goAwayReasons[reason] ?? details.goAway ?? 'shutdown',
        retryAfterMs: details.retryAfterMs ?? retryAfterMs,
        ...(details.berth && { berth: details.berth }),
        ...(details.startAfterMs !== undefined && { startAfterMs: details.startAfterMs }),
        ...(details.leaveWithinMs !== undefined && { leaveWithinMs: details.leaveWithinMs }),
      } satisfies Pushes['goAway']);
    case 'kicked':
      return encodeFrame(frameIds.kicked, {
        reason: 'other-session',
        ...(deviceClass !== undefined && { device: deviceClass }),
        ...(details.limit !== undefined && details.limit > 1 && { limit: details.limit }),
      } satisfies Pushes['kicked']);
    case 'sessionEnded':
      return encodeFrame(frameIds.kicked, { reason: 'session-ended' } satisfies Pushes['kicked']);
    case 'moved':
      return encodeFrame(frameIds.moved, {
        ...(details.node !== undefined && { node: details.node }),
      } satisfies Pushes['moved']);
    default: {
      const error = errors[reason];
      return error && encodeFrame(frameIds.error, { error } satisfies Pushes['error']);
    }
  }
}
