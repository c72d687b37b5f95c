import type { Clock } from '../src/clock.ts';

/** Time that passes when a test says so. */
export class FakeClock implements Clock {
  #now = 1_700_000_000_000;
  /** How far the device's date is off. */
  wrongByMs = 0;
  #nextId = 1;
  /** Timers fire so much before their time. Node's count from the beginning of the turn in which they are set. */
  earlyMs = 0;
  readonly #timers = new Map<number, { at: number; run: () => void }>();

  now(): number {
    return this.#now;
  }

  date(): number {
    return this.#now + this.wrongByMs;
  }

  setTimeout(run: () => void, ms: number): number {
    const id = this.#nextId++;
    this.#timers.set(id, { at: this.#now + Math.max(0, ms > this.earlyMs ? ms - this.earlyMs : ms), run });
    return id;
  }

  clearTimeout(id: unknown): void {
    this.#timers.delete(id as number);
  }

  get timers(): number {
    return this.#timers.size;
  }

  /** Lets `ms` pass: every timer due in it runs at its time, and what follows from it before the next. */
  async advance(ms: number): Promise<void> {
    const until = this.#now + ms;
    await settled();
    for (;;) {
      const due = [...this.#timers]
        .filter(([, { at }]) => at <= until)
        .sort((a, b) => a[1].at - b[1].at || a[0] - b[0]);
      const [next] = due;
      if (!next) break;
      this.#timers.delete(next[0]);
      this.#now = Math.max(this.#now, next[1].at);
      next[1].run();
      await settled();
    }
    this.#now = until;
  }
}

/** Resolves when every promise that can go on without time or I/O has. */
export const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
