import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { LoopDelay } from './loop-delay.ts';
import { RequestMetrics } from './request-metrics.ts';

/** Of how long things took. */
const secondsBounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** The metrics of one app, in a registry of its own (several apps may share a process in tests). */
export class Metrics {
  readonly registry = new Registry();

  constructor(service: string) {
    this.registry.setDefaultLabels({ service });
  }

  /** Adds the process metrics: memory, CPU, event-loop delay, file descriptors. Once a process. */
  withProcessMetrics(): this {
    collectDefaultMetrics({ register: this.registry });
    const loopDelay = new LoopDelay();
    this.gauge(
      'event_loop_delay_p99_seconds',
      'how late the event loop is: the highest p99 of a window of 5 s within the last minute',
      [],
      () => loopDelay.p99Seconds,
    );
    return this;
  }

  counter<L extends string>(name: string, help: string, labelNames: readonly L[] = []): Counter<L> {
    return new Counter({ name, help, labelNames, registers: [this.registry] });
  }

  /** Of requests: a counter by frame and code, and a histogram of seconds by frame. */
  requests(total: { name: string; help: string }, seconds: { name: string; help: string }): RequestMetrics {
    return new RequestMetrics({ registry: this.registry, total, seconds, bounds: secondsBounds });
  }

  gauge<L extends string>(
    name: string,
    help: string,
    labelNames: readonly L[] = [],
    read?: () => number,
  ): Gauge<L> {
    return new Gauge({
      name,
      help,
      labelNames,
      registers: [this.registry],
      ...(read && {
        collect() {
          this.set(read());
        },
      }),
    });
  }

  /** A gauge for each of several things that are read together; they are the values of its one label. */
  gauges<L extends string>(name: string, help: string, label: L, read: () => Record<string, number>): void {
    new Gauge({
      name,
      help,
      labelNames: [label],
      registers: [this.registry],
      collect() {
        // What is there no more is not told any more.
        this.reset();
        for (const [value, count] of Object.entries(read()))
          this.set({ [label]: value } as Record<L, string>, count);
      },
    });
  }

  /** `buckets` in the unit that the name ends with (seconds by convention). */
  histogram<L extends string>(
    name: string,
    help: string,
    labelNames: readonly L[] = [],
    buckets: number[] = secondsBounds,
  ): Histogram<L> {
    return new Histogram({ name, help, labelNames, buckets, registers: [this.registry] });
  }
}
