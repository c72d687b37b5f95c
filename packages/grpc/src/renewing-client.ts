import { jittered } from '@berth/lifecycle';
import { type ChannelCredentials, type ChannelOptions, type Client, connectivityState } from '@grpc/grpc-js';
import { type CallLimits, callWith, createChannelOptions, type UnaryMethod } from './client.ts';

export interface RenewingClientOptions<C extends Client> {
  /** Of a generated client. */
  create: new (
    target: string,
    credentials: ChannelCredentials,
    options: ChannelOptions,
  ) => C;
  /** As `targetOf` makes it. */
  target: string;
  credentials: ChannelCredentials;
  /** How long all its connections may be under way before the channel is given up. Default 2 000 ms. */
  connectMs?: number;
  /** Between two attempts to connect to a replica at most. Default 2 000 ms. */
  maxReconnectMs?: number;
}

/** A channel is not given up again within this; longer each time, until one of them connects. */
const pace = { baseMs: 500, maxMs: 10_000 };

/**
 * A client whose channel is replaced when it leads nowhere. A channel asks DNS again only after a connection has failed,
 * and one towards an address that nobody has any more does not fail for two minutes: packets to a pod that is gone vanish,
 * and caches name it for half a minute after it went. So what is not answered in time, or does not connect in time, gets a
 * new channel with a new resolution and connections of its own.
 */
export class RenewingClient<C extends Client> {
  readonly #options: RenewingClientOptions<C>;
  readonly #connectMs: number;
  #current: C;
  #attempt = 0;
  #renewableAt = 0;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: RenewingClientOptions<C>) {
    this.#options = options;
    this.#connectMs = options.connectMs ?? 2_000;
    this.#current = this.#create();
  }

  /** For a stream, whose caller gives it up with `renew` when it is not answered. */
  get current(): C {
    return this.#current;
  }

  /** As `call`; `method` takes it, bound, from the client. Each attempt after one that was not answered has a new channel. */
  call<Request, Response>(
    method: (client: C) => UnaryMethod<Request, Response>,
    request: Request,
    limits: CallLimits,
  ): Promise<Response> {
    let used = this.#current;
    return callWith(
      () => {
        used = this.#current;
        return method(used);
      },
      request,
      limits,
      (isLate) => {
        if (isLate || used.getChannel().getConnectivityState(false) !== connectivityState.READY)
          this.renew(used);
      },
    );
  }

  /** `suspect` has not answered in time: what comes next goes over another channel. Calls that it is answering end well. */
  renew(suspect: C): void {
    if (this.#closed || suspect !== this.#current || performance.now() < this.#renewableAt) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#renewableAt =
      performance.now() + jittered(Math.min(pace.maxMs, pace.baseMs * 2 ** this.#attempt++));
    this.#current = this.#create();
    suspect.close();
  }

  /** Rejects when no replica can be reached within `ms`. */
  reach(ms: number): Promise<void> {
    return new Promise((resolve, reject) =>
      this.#current.waitForReady(Date.now() + ms, (error) =>
        error ? reject(new Error('no replica can be reached')) : resolve(),
      ),
    );
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#current.close();
  }

  #create(): C {
    const { create, target, credentials, maxReconnectMs } = this.#options;
    const client = new create(target, credentials, {
      ...createChannelOptions(),
      // A connection that is under way, in the pool of the process, would be waited for by the next channel, too.
      'grpc.use_local_subchannel_pool': 1,
      ...(maxReconnectMs !== undefined && { 'grpc.max_reconnect_backoff_ms': maxReconnectMs }),
    });
    this.#watch(client);
    return client;
  }

  /** Gives the channel up when all its connections stay under way. */
  #watch(client: C): void {
    const channel = client.getChannel();
    const look = (): void => {
      if (this.#closed || client !== this.#current) return;
      const state = channel.getConnectivityState(false);
      if (state === connectivityState.SHUTDOWN) return;
      if (state === connectivityState.READY) this.#attempt = 0;
      // Having failed once it says so until it is connected, also while the next connection is under way.
      if (state !== connectivityState.CONNECTING && state !== connectivityState.TRANSIENT_FAILURE) {
        clearTimeout(this.#timer);
        this.#timer = undefined;
      } else this.#timer ??= setTimeout(giveUp, this.#connectMs).unref();
      channel.watchConnectivityState(state, Number.POSITIVE_INFINITY, look);
    };
    const giveUp = (): void => {
      if (client !== this.#current) return;
      const waitMs = this.#renewableAt - performance.now();
      if (waitMs > 0) this.#timer = setTimeout(giveUp, waitMs).unref();
      else this.renew(client);
    };
    // Once it is the current one.
    queueMicrotask(look);
  }
}
