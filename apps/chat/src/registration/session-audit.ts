import { backoffMs, jittered } from '@berth/lifecycle';
import type { Log } from '@berth/telemetry';
import type { LiveSession } from '../session/live-session.ts';

export interface SessionAuditOptions {
  /** Those of this node's sessions that have ended. */
  findEnded(): Promise<LiveSession[]>;
  /** Heard after each audit with how many there were. */
  onAudited(ended: number): void;
  log: Log;
  intervalMs: number;
}

const retry = { baseMs: 1_000, maxMs: 30_000 };

/**
 * The net below revocations: compares this node's sessions with MySQL, every few minutes and whenever it may have missed
 * one, and closes those that have ended. One audit at a time; one that fails is tried again.
 */
export class SessionAudit {
  readonly #options: SessionAuditOptions;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #isWantedAgain = false;
  #failures = 0;
  #closed = false;

  constructor(options: SessionAuditOptions) {
    this.#options = options;
  }

  start(): void {
    this.#schedule(jittered(this.#options.intervalMs));
  }

  /** At once; after the one that runs, if one does. */
  soon(): void {
    this.#isWantedAgain = true;
    if (!this.#running) this.#schedule(0);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  #schedule(delayMs: number): void {
    clearTimeout(this.#timer);
    if (this.#closed) return;
    this.#timer = setTimeout(() => {
      this.#isWantedAgain = false;
      this.#running = this.#audit().finally(() => {
        this.#running = undefined;
        this.#schedule(this.#nextMs());
      });
    }, delayMs);
  }

  #nextMs(): number {
    if (this.#failures > 0) return 200 + backoffMs(this.#failures, retry);
    return this.#isWantedAgain ? 0 : jittered(this.#options.intervalMs);
  }

  async #audit(): Promise<void> {
    const { findEnded, onAudited, log } = this.#options;
    try {
      const ended = await findEnded();
      for (const session of ended) session.close('sessionEnded');
      if (ended.length > 0) log.warn({ ended: ended.length }, 'sessions had ended and nobody had said so');
      onAudited(ended.length);
      this.#failures = 0;
    } catch (err) {
      this.#failures++;
      log.warn({ err }, 'sessions could not be checked: they are again soon');
    }
  }
}
