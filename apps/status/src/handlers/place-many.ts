import type {
  PlaceManyRequest,
  PlaceManyResponse,
  PlaceOutcome,
  PlaceRequest,
} from '@berth/contracts/status';
import { BerthError, toBerthError } from '@berth/wire';
import { type PlaceContext, place } from './place.ts';

/** Of one call at most. */
const maxRequests = 128;

export interface PlaceManyContext extends PlaceContext {
  /** Hears of each that is refused. */
  onRefused(error: unknown): void;
}

/** Places several at once; what becomes of one is nothing to the others. */
export async function placeMany(
  context: PlaceManyContext,
  { requests }: PlaceManyRequest,
): Promise<PlaceManyResponse> {
  if (requests.length === 0 || requests.length > maxRequests)
    throw new BerthError('bad_request', `placeMany: requests: 1 to ${maxRequests}.`);
  return { outcomes: await Promise.all(requests.map((request) => outcomeOf(context, request))) };
}

async function outcomeOf(context: PlaceManyContext, request: PlaceRequest): Promise<PlaceOutcome> {
  try {
    return { outcome: { $case: 'place', value: await place(context, request) } };
  } catch (thrown) {
    context.onRefused(thrown);
    const { code, message, retryAfterMs = 0 } = toBerthError(thrown);
    const refusal = { code, message, retryAfterMs: Math.ceil(retryAfterMs) };
    return { outcome: { $case: 'refusal', value: refusal } };
  }
}
