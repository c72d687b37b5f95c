import type { Berth } from '@berth/wire';
import type { LiveSession } from './live-session.ts';

/**
 * How a session went: by itself once it had arrived elsewhere (`moved`), by itself (`left`), because we closed its
 * connection (`closed`), or not at all, to be told of another place (`stayed`).
 */
export type DepartureOutcome = 'moved' | 'left' | 'closed' | 'stayed';

export interface DepartureOptions {
  reason: 'drain' | 'rebalance';
  berth?: Berth;
  retryAfterMs: number;
  /** Of a client that moves: when it connects to its berth. */
  startAfterMs?: number;
  /** A client that drops its connection to go has this long to do so. */
  leaveMs: number;
  onEnd(outcome: DepartureOutcome): void;
}

/** A client that moves has this long to arrive: as its ticket lives. */
const arriveMs = 15_000;
/** Once it has arrived elsewhere it gets its answers here, and then leaves by itself. */
const lingerMs = 8_000;
/** One that has not arrived so often is closed. */
const maxTellings = 3;

/** A session that was told to go: serves it until it has gone, and no longer than it may take. */
export class Departure {
  readonly #session: LiveSession;
  readonly #options: DepartureOptions;
  readonly #hasTime: boolean;
  #timer: NodeJS.Timeout;
  #hasArrived = false;

  constructor(session: LiveSession, options: DepartureOptions) {
    this.#session = session;
    this.#options = options;
    const { reason, berth, retryAfterMs, startAfterMs, leaveMs } = options;
    this.#hasTime = session.moves && berth !== undefined && startAfterMs !== undefined;
    session.departure = this;
    session.tellings++;
    const withinMs = this.#hasTime ? startAfterMs! + arriveMs : leaveMs;
    session.goAway({
      goAway: reason,
      retryAfterMs,
      ...(berth && { berth }),
      ...(this.#hasTime && { startAfterMs: startAfterMs!, leaveWithinMs: withinMs }),
    });
    this.#timer = setTimeout(() => this.#isOver(), withinMs);
  }

  /** The session lives elsewhere now. True: its client has time to leave by itself. */
  arrived(): boolean {
    if (!this.#hasTime) return false;
    if (!this.#hasArrived) {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#isOver(), lingerMs);
    }
    this.#hasArrived = true;
    return true;
  }

  /** The connection is closed. */
  ended(): void {
    clearTimeout(this.#timer);
    if (this.#session.departure !== this) return;
    this.#session.departure = undefined;
    this.#options.onEnd(this.#hasArrived ? 'moved' : 'left');
  }

  #isOver(): void {
    const session = this.#session;
    session.departure = undefined;
    const mayStay = this.#hasTime && !this.#hasArrived && session.tellings < maxTellings;
    this.#options.onEnd(mayStay ? 'stayed' : 'closed');
    if (mayStay) return;
    if (this.#hasArrived) session.close('moved');
    else session.connection.closeWith('goAway', undefined);
  }
}
