import type { Berth, CloseReason, WireError } from '@berth/wire';
import type { Connection } from '../connection/connection.ts';
import type { LiveSession } from './live-session.ts';

/** What may be said besides the reason when a connection is closed. */
export interface Farewell {
  retryAfterMs?: number;
  /** Where to go instead. */
  berth?: Berth;
  /** Why it is told to go away. */
  goAway?: 'drain' | 'shutdown' | 'rebalance';
  /** Where the session lives now. */
  node?: string;
  error?: WireError;
}

/** A language of frames. The first frame of a connection decides which one it speaks; no other part knows. */
export interface Dialect {
  accepts(id: number): boolean;
  /** The first frame of a connection on which nobody has logged in; a later one waits until the log-in is done. */
  onStranger(connection: Connection, id: number, body: Uint8Array): void;
  /** A frame of a session. */
  onFrame(session: LiveSession, id: number, body: Uint8Array): void;
  /** Says to a session what a push frame of the Berth dialect says. */
  push(session: LiveSession, frame: Uint8Array): void;
  /** The frame that tells why a connection closes; undefined: nothing is said. */
  farewell(reason: CloseReason, details: Farewell, session: LiveSession | undefined): Uint8Array | undefined;
  /** Asks an idle client whether it is there; undefined: it is not asked. */
  readonly probe: Uint8Array | undefined;
  /** A session of this dialect is over. */
  onClosed(session: LiveSession): void;
}
