import type { CloseReason, Profile } from '@berth/wire';

/**
 * A logged-in user on one connection. Handlers see this and no more: they cannot tell TCP from WebSocket, nor one
 * dialect from the other.
 */
export interface Session {
  /** 32 hex digits; the same across reconnects of one log-in. */
  readonly id: string;
  readonly user: number;
  readonly deviceClass: string;
  /** The account's generation in the ticket. */
  readonly generation: number;
  profile: Profile;
  /**
   * Queues a frame of the Berth dialect, encoded whole, for this client; written once per event-loop turn. A session
   * of the llfcchat dialect translates it. Never throws; a session that is closing drops it.
   */
  push(frame: Uint8Array): void;
  /** Says why, writes what is queued and closes the connection. */
  close(reason: CloseReason): void;
}
