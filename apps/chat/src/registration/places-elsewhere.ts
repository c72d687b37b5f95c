import type { PlaceRequest, PlaceResponse, StatusServiceClient } from '@berth/contracts/status';
import { PlaceBatches, type RenewingClient } from '@berth/grpc';
import type { Berth } from '@berth/wire';
import type { Elsewhere } from '../session/drain.ts';
import type { LiveSession } from '../session/live-session.ts';

/** A session that leaves waits no longer than this for its next berth. */
const limits = { deadlineMs: 1_000 };

/** Reserves next berths of sessions; those that are asked for in one turn of the event loop by one call. */
export class PlacesElsewhere {
  readonly #batches: PlaceBatches<PlaceRequest, PlaceResponse>;

  constructor(client: RenewingClient<StatusServiceClient>) {
    this.#batches = new PlaceBatches({
      one: (request) => client.call((current) => current.place.bind(current), request, limits),
      many: async (requests) => {
        const answer = await client.call((current) => current.placeMany.bind(current), { requests }, limits);
        return answer.outcomes;
      },
    });
  }

  /** Anywhere but there. Rejects with BerthError. */
  async place(session: LiveSession, { avoid, bootedAfter, isUrgent }: Elsewhere): Promise<Berth> {
    const request: PlaceRequest = {
      userId: session.user,
      deviceClass: session.deviceClass,
      sessionId: session.id,
      generation: session.generation,
      zone: '',
      avoid: [...avoid],
      version: '',
      move: session.moves && !isUrgent,
      bootedAfter,
    };
    const { node: next, host, port, url, ticket, expiresAtMs } = await this.#batches.place(request);
    return { node: next, host, port, url, ticket, expiresAt: expiresAtMs };
  }
}
