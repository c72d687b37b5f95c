import { monitorEventLoopDelay } from 'node:perf_hooks';

/** A report may follow the one before in no time: what it says of the loop is about this long at least. */
const spanMs = 1_000;

/** How late the event loop is, by its 99th percentile, now and a moment ago. */
export class LoopDelay {
  readonly #histogram = monitorEventLoopDelay({ resolution: 10 });
  #since = 0;
  #before = 0;

  start(): void {
    this.#histogram.enable();
    this.#since = performance.now();
  }

  stop(): void {
    this.#histogram.disable();
  }

  /** Milliseconds, those between two looks (10) included; 0 before there were any. */
  p99Ms(): number {
    const now = this.#histogram.count === 0 ? 0 : this.#histogram.percentile(99) / 1e6;
    const later = Math.max(now, this.#before);
    if (performance.now() - this.#since >= spanMs) {
      this.#histogram.reset();
      this.#since = performance.now();
      this.#before = now;
    }
    return later;
  }
}
