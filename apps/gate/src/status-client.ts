import {
  type PlaceRequest,
  type PlaceResponse,
  type Revocation,
  StatusServiceClient,
} from '@berth/contracts/status';
import { type GrpcTls, PlaceBatches } from '@berth/grpc';
import { backoffMs } from '@berth/lifecycle';
import { noTracing, type Tracing } from '@berth/telemetry';
import { type Berth, BerthError, type ErrorCode } from '@berth/wire';
import { CalledService } from './called-service.ts';

/** One replica's time; another one is tried after it. */
const placeDeadlineMs = 1_000;
const revokeDeadlineMs = 1_000;
const attempts = 3;
const placeLimits = { deadlineMs: placeDeadlineMs, attempts, elsewhere: true };

/** Status, as gate asks it. Errors: BerthError `no_berth`, `unavailable`, both with `retryAfterMs`. */
export class GrpcStatus {
  readonly #client: CalledService<StatusServiceClient>;
  readonly #batches = new PlaceBatches<PlaceRequest, PlaceResponse>({
    one: (request) => this.#place(request, undefined),
    many: async (requests) => {
      const { outcomes } = await this.#client.call(
        (client) => client.placeMany.bind(client),
        { requests },
        placeLimits,
      );
      return outcomes;
    },
  });

  constructor(
    address: string,
    tls: GrpcTls | undefined,
    onFailure: (method: string, error: BerthError) => void,
    tracing: Tracing = noTracing,
  ) {
    this.#client = new CalledService({
      ...{ name: 'status', create: StatusServiceClient, address, tls, tracing, onFailure },
      // A revocation that waits must arrive within 1 s of the moment at which a replica is back.
      maxReconnectMs: 400,
    });
  }

  /** A place on the best chat node. Asked twice it is still one place: a new reservation frees the user's old one. */
  async place(request: Omit<PlaceRequest, 'zone' | 'version' | 'move' | 'bootedAfter'>): Promise<Berth> {
    const whole = { ...request, zone: '', version: '', move: false, bootedAfter: 0 };
    const place = await this.#client.guard(
      'place',
      // What is traced is asked for alone: its trace goes on in status.
      (traceparent) =>
        traceparent === undefined ? this.#batches.place(whole) : this.#place(whole, traceparent),
      (error) => {
        const isFull = error.code === 'no_berth' || error.code === 'rate_limited';
        return refusal(isFull ? 'no_berth' : 'unavailable', error);
      },
    );
    return {
      node: place.node,
      host: place.host,
      port: place.port,
      url: place.url,
      ticket: place.ticket,
      expiresAt: place.expiresAtMs,
    };
  }

  #place(request: PlaceRequest, traceparent: string | undefined): Promise<PlaceResponse> {
    return this.#client.call((client) => client.place.bind(client), request, { ...placeLimits, traceparent });
  }

  /** Tells every chat node that sessions have ended. */
  async revoke(revocation: Omit<Revocation, 'id'>): Promise<void> {
    await this.#client.guard(
      'revoke',
      (traceparent) =>
        this.#client.call(
          (client) => client.revoke.bind(client),
          { ...revocation, id: '' },
          { deadlineMs: revokeDeadlineMs, attempts, traceparent },
        ),
      (error) => (error.code === 'bad_request' ? error : refusal('unavailable', error)),
    );
  }

  /** Rejects when no replica can be reached within `ms`. */
  reach(ms: number): Promise<void> {
    return this.#client.reach(ms);
  }

  close(): void {
    this.#client.close();
  }
}

const refusal = (code: ErrorCode, cause: BerthError): BerthError =>
  new BerthError(code, undefined, {
    cause,
    retryAfterMs: cause.retryAfterMs ?? 1_000 + backoffMs(0, { baseMs: 2_000 }),
  });
