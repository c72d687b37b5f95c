import type { ClientOptions, ConnectionState } from '@berth/client';

/** How the connections of some clients came and went. */
export interface WatchedSockets {
  /** For a client's options. */
  WebSocket: NonNullable<ClientOptions['WebSocket']>;
  opened: number;
  /** Closed by the other side, or lost, before the client left. */
  abrupt: number;
}

export function watchSockets(): WatchedSockets {
  const watched = { opened: 0, abrupt: 0 } as WatchedSockets;
  watched.WebSocket = class extends globalThis.WebSocket {
    #isLeft = false;
    #isOpen = false;

    constructor(url: string) {
      super(url);
      watched.opened++;
      const lost = () => {
        if (this.#isOpen && !this.#isLeft) watched.abrupt++;
        this.#isOpen = false;
      };
      this.addEventListener('open', () => {
        this.#isOpen = true;
      });
      // Of a connection that is lost without a word the error comes first, and the client has left when it is closed.
      this.addEventListener('error', lost);
      this.addEventListener('close', lost);
    }

    override close(): void {
      this.#isLeft = true;
      super.close();
    }
  } as unknown as WatchedSockets['WebSocket'];
  return watched;
}

/** Milliseconds that a client spent without a live connection since this was called. */
export function timeOffline(client: {
  readonly state: ConnectionState;
  on(event: 'state', listener: (state: ConnectionState) => void): () => void;
}): () => number {
  let total = 0;
  let since = client.state.kind === 'online' ? undefined : performance.now();
  client.on('state', ({ kind }) => {
    const now = performance.now();
    if (kind === 'online' && since !== undefined) {
      total += now - since;
      since = undefined;
    } else if (kind !== 'online') since ??= now;
  });
  return () => total + (since === undefined ? 0 : performance.now() - since);
}
