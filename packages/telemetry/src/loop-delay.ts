import { monitorEventLoopDelay } from 'node:perf_hooks';

const resolutionMs = 10;
const windowMs = 5_000;
const windows = 12;

/**
 * How late the event loop is, for alerts. What prom-client measures by itself is reset by each scrape, so that two who
 * scrape see half each; here the windows are the process' own.
 */
export class LoopDelay {
  readonly #delay = monitorEventLoopDelay({ resolution: resolutionMs });
  readonly #p99s: number[] = [];

  constructor() {
    this.#delay.enable();
    setInterval(() => this.#turn(), windowMs).unref();
  }

  /** Seconds: the highest p99 of a window of 5 s within the last minute, the present one included. */
  get p99Seconds(): number {
    return Math.max(this.#p99(), ...this.#p99s);
  }

  #turn(): void {
    this.#p99s.push(this.#p99());
    if (this.#p99s.length > windows) this.#p99s.shift();
    this.#delay.reset();
  }

  /** The monitor counts the time between two ticks of its timer, so that a loop that is never late shows its resolution. */
  #p99(): number {
    return this.#delay.count === 0 ? 0 : Math.max(0, this.#delay.percentile(99) / 1e9 - resolutionMs / 1_000);
  }
}
