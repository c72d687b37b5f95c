import type { CloseReason } from '@berth/wire';

/** Who hears a connection: a stranger's reception, a log-in under way, then a session. */
export interface FrameSink {
  /** `body` is a view that is never written to again; it holds the memory of what came with it. */
  onFrame(connection: ClientConnection, id: number, body: Uint8Array): void;
  /** Once, when the connection closes or begins to close: nothing can be sent any more. */
  onClosed(connection: ClientConnection): void;
  /** The frame that tells why the connection closes; over TCP there is nothing else that could. */
  farewell(reason: CloseReason): Uint8Array | undefined;
  /** Asks an idle client whether it is there; undefined: it is not asked. */
  readonly probe: Uint8Array | undefined;
  /** Silence is no sign that the client is gone. Default false. */
  readonly mayBeSilent?: boolean;
}

export interface Closing {
  /** The client closes the connection; we do when it has not within the grace period. Default false. */
  lingers?: boolean;
}

/** What a session needs of the connection below it, whatever its transport: whole frames in, whole frames out. */
export interface ClientConnection {
  sink: FrameSink;
  readonly isOpen: boolean;
  /** Of the client, as whoever stands before this node tells it; empty when it is not known. */
  readonly address: string;
  /** Not all that was queued was taken by the transport. */
  readonly hasBacklog: boolean;
  /** Has the transport ask, after so long without a sign of life, whether the other side is there. */
  keepAlive(afterMs: number): void;
  /** Queues a whole frame; written with all others of this turn at once. Dropped when the connection is closing. */
  queue(frame: Uint8Array): void;
  /** A log-in is under way: what follows the first frame waits for its end. */
  logInStarted(sink: FrameSink): void;
  /** From now on it is a session's; heartbeats are watched. */
  loggedIn(sink: FrameSink): void;
  /**
   * Something of so many bytes is kept until it is answered or written. Reading stops while it is too much of one client;
   * false when it is too much of all of them: what was started is to be refused, and ended.
   */
  requestStarted(bytes: number): boolean;
  requestEnded(bytes: number): void;
  /** Says why in the words of whom it belongs to, writes what is queued and ends. */
  close(reason: CloseReason): void;
  /** The same with other last words, or none; cuts the connection after a grace period. */
  closeWith(reason: CloseReason, farewell: Uint8Array | undefined, closing?: Closing): void;
}
