import { type CloseReason, limits, type RawFrame } from '@berth/wire';
import type { ClientConnection, FrameSink } from './client-connection.ts';
import type { Dialect } from './live-session.ts';

/** Hears a connection while its log-in is under way, and keeps what the client already sent for the session. */
export class PendingFrames implements FrameSink {
  readonly probe = undefined;
  readonly #dialect: Dialect;
  #frames: RawFrame[] = [];
  #bytes = 0;

  constructor(dialect: Dialect) {
    this.#dialect = dialect;
  }

  onFrame(connection: ClientConnection, id: number, body: Uint8Array): void {
    this.#bytes += limits.headerBytes + body.length;
    if (this.#bytes > limits.headerBytes + limits.maxBodyBytes) connection.close('flood');
    else {
      this.#frames.push({ id, body });
      if (!connection.requestStarted(body.length)) connection.close('busy');
    }
  }

  /** Hands what was kept to whom the connection belongs now. */
  replay(connection: ClientConnection): void {
    const frames = this.#frames;
    this.#frames = [];
    for (const { id, body } of frames) {
      connection.requestEnded(body.length);
      if (connection.isOpen) connection.sink.onFrame(connection, id, body);
    }
  }

  onClosed(connection: ClientConnection): void {
    for (const { body } of this.#frames) connection.requestEnded(body.length);
    this.#frames = [];
  }

  farewell(reason: CloseReason): Uint8Array | undefined {
    return this.#dialect.farewell(reason, {}, undefined);
  }
}
