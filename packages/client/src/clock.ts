/** Time as the client sees it, so that tests own it. */
export interface Clock {
  /** Milliseconds of a clock that nobody sets: only differences mean something. */
  now(): number;
  /** Milliseconds since 1970, as far as this device knows: it may be days off, and set at any time. */
  date(): number;
  setTimeout(run: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  date: () => Date.now(),
  // What is due at a time that has come meanwhile is due at once; Node warns of less than nothing.
  setTimeout: (run, ms) => setTimeout(run, Math.max(0, ms)),
  clearTimeout: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout>),
};

/** A clock whose timers can all be stopped at once; afterwards it sets none. */
export class StoppableClock implements Clock {
  readonly #clock: Clock;
  readonly #timers = new Set<unknown>();
  #stopped = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.now();
  }

  date(): number {
    return this.#clock.date();
  }

  setTimeout(run: () => void, ms: number): unknown {
    if (this.#stopped) return undefined;
    const timer = this.#clock.setTimeout(() => {
      this.#timers.delete(timer);
      run();
    }, ms);
    this.#timers.add(timer);
    return timer;
  }

  clearTimeout(timer: unknown): void {
    this.#timers.delete(timer);
    this.#clock.clearTimeout(timer);
  }

  stop(): void {
    this.#stopped = true;
    for (const timer of this.#timers) this.#clock.clearTimeout(timer);
    this.#timers.clear();
  }
}
