import type { CloseReason } from '@berth/wire';
import type { ClientConnection, FrameSink } from './client-connection.ts';
import type { Dialect } from './live-session.ts';

/**
 * Hears every connection first: its first frame says which dialect it speaks. What follows is for the log-in that the
 * first one began, or is passed over when that was refused. One for all of them.
 */
export class Reception implements FrameSink {
  readonly probe = undefined;
  readonly #dialects: readonly Dialect[];
  /** Hears a connection from its first frame on, until a log-in does. */
  readonly #deaf: FrameSink = {
    probe: undefined,
    onFrame: () => {},
    onClosed: () => {},
    farewell: (reason) => this.farewell(reason),
  };

  /** The last one gets the frames that none accepts. */
  constructor(dialects: readonly Dialect[]) {
    this.#dialects = dialects;
  }

  onFrame(connection: ClientConnection, id: number, body: Uint8Array): void {
    connection.sink = this.#deaf;
    const dialect = this.#dialects.find((candidate) => candidate.accepts(id)) ?? this.#dialects.at(-1)!;
    dialect.onStranger(connection, id, body);
  }

  onClosed(): void {}

  farewell(reason: CloseReason): Uint8Array | undefined {
    return this.#dialects.at(-1)!.farewell(reason, {}, undefined);
  }
}
