import { jittered } from '@berth/lifecycle';
import type { Log } from '@berth/telemetry';
import type { Berth } from '@berth/wire';
import type { LiveSession } from './live-session.ts';
import type { SessionIndex } from './session-index.ts';

export interface DrainOptions {
  index: SessionIndex;
  log: Log;
  /** Reserves the session's next berth, not on this node. Rejects when nobody can. */
  place(session: LiveSession): Promise<Berth>;
}

export interface DrainPlan {
  /** The sessions that are there leave evenly over this… */
  windowMs: number;
  /** …or at this many a second, when it is not 0. */
  perSecond: number;
  reason: 'drain' | 'rebalance';
}

/** Sessions leave in slices of this time. */
const sliceMs = 100;
/** A client has this long to leave by itself, and its requests to be answered. */
const leaveMs = 1_000;
const maxPlacing = 16;
/** After so many refusals in a row nobody is asked for a while. */
const maxRefusals = 3;
const refusedMs = 5_000;

/** Sends sessions away, in slices, each with its next berth when there is one. */
export class Drain {
  readonly #options: DrainOptions;
  readonly #leaving = new WeakSet<LiveSession>();
  #isStopped = false;
  #refusals = 0;
  #askAgainAt = 0;

  constructor(options: DrainOptions) {
    this.#options = options;
  }

  /** Leaves the rest where they are. */
  stop(): void {
    this.#isStopped = true;
  }

  /** Resolves when no session is left, the window is over, or it was stopped; sessions that came meanwhile leave, too. */
  async run({ windowMs, perSecond, reason }: DrainPlan): Promise<void> {
    const { index, log } = this.#options;
    const startedAt = performance.now();
    if (index.count > 0)
      log.info({ sessions: index.count, windowMs, perSecond, reason }, 'sending sessions away');
    while (index.count > 0 && !this.#isStopped) {
      const elapsedMs = performance.now() - startedAt;
      if (perSecond === 0 && elapsedMs > windowMs + 2 * leaveMs) break;
      const staying = [...index.sessions()].filter((session) => session.ready && !this.#leaving.has(session));
      const slices = Math.max(1, Math.floor((windowMs - elapsedMs) / sliceMs));
      const slice =
        perSecond > 0 ? Math.ceil((perSecond * sliceMs) / 1_000) : Math.ceil(staying.length / slices);
      await this.#sendAway(staying.slice(0, slice), reason);
      await new Promise((resolve) => setTimeout(resolve, sliceMs));
    }
  }

  async #sendAway(sessions: readonly LiveSession[], reason: DrainPlan['reason']): Promise<void> {
    for (let i = 0; i < sessions.length; i += maxPlacing)
      await Promise.all(
        sessions.slice(i, i + maxPlacing).map(async (session) => {
          this.#leaving.add(session);
          const berth = await this.#berthFor(session);
          // With a place in hand at once; without one a little apart, so that gate is not stormed.
          session.goAway({
            goAway: reason,
            retryAfterMs: berth ? 0 : jittered(1_000, 0.8),
            ...(berth && { berth }),
          });
          setTimeout(() => session.connection.closeWith('goAway', undefined), leaveMs);
        }),
      );
  }

  async #berthFor(session: LiveSession): Promise<Berth | undefined> {
    if (performance.now() < this.#askAgainAt) return undefined;
    try {
      const berth = await this.#options.place(session);
      this.#refusals = 0;
      return berth;
    } catch (error) {
      this.#options.log.debug({ err: error }, 'no berth for a session that leaves');
      if (++this.#refusals >= maxRefusals) this.#askAgainAt = performance.now() + refusedMs;
      return undefined;
    }
  }
}
