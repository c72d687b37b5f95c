import { channelCredentials, type GrpcTls, RenewingClient, spanned, targetOf } from '@berth/grpc';
import type { Tracing } from '@berth/telemetry';
import { type BerthError, toBerthError } from '@berth/wire';
import type { ChannelCredentials, ChannelOptions, Client } from '@grpc/grpc-js';

export interface CalledServiceOptions<C extends Client> {
  /** How it is called in traces. */
  name: string;
  create: new (target: string, credentials: ChannelCredentials, options: ChannelOptions) => C;
  address: string;
  tls: GrpcTls | undefined;
  tracing: Tracing;
  /** Hears of each call that failed, by its method. */
  onFailure: (method: string, error: BerthError) => void;
  maxReconnectMs?: number;
}

/** A service that gate calls by gRPC. */
export class CalledService<C extends Client> extends RenewingClient<C> {
  readonly #options: CalledServiceOptions<C>;

  constructor(options: CalledServiceOptions<C>) {
    const { create, address, tls, maxReconnectMs } = options;
    super({
      ...{ create, target: targetOf(address), credentials: channelCredentials(tls) },
      ...(maxReconnectMs !== undefined && { maxReconnectMs }),
    });
    this.#options = options;
  }

  /** A call as a span; what it fails with is told, and thrown as `refusalOf` has it. */
  async guard<T>(
    method: string,
    run: (traceparent: string | undefined) => Promise<T>,
    refusalOf: (error: BerthError) => BerthError,
  ): Promise<T> {
    const { name, tracing, onFailure } = this.#options;
    try {
      return await spanned(tracing, `${name} ${method}`, run);
    } catch (thrown) {
      const error = toBerthError(thrown);
      onFailure(method, error);
      throw refusalOf(error);
    }
  }
}
