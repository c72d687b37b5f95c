import type { Metric, Registry } from 'prom-client';

/** What is told of the requests of one kind. */
class Requests {
  readonly byCode = new Map<string, number>();
  /** Of each bound those that took no longer and longer than the one before; at the end those that took longer than all. */
  readonly took: number[];
  seconds = 0;

  constructor(bounds: number) {
    this.took = new Array(bounds + 1).fill(0);
  }
}

interface Named {
  name: string;
  help: string;
}

export interface RequestMetricsOptions {
  registry: Registry;
  /** A counter with the labels `frame` and `code`. */
  total: Named;
  /** A histogram with the label `frame`. */
  seconds: Named;
  /** Seconds, the shortest first. */
  bounds: readonly number[];
}

/**
 * Requests by kind and code, and how long they took. A node has very many: prom-client's own counter and histogram spell and check
 * the labels of each, which costs more than to read the frame.
 */
export class RequestMetrics {
  readonly #bounds: readonly number[];
  readonly #kinds = new Map<string, Requests>();

  constructor({ registry, total, seconds, bounds }: RequestMetricsOptions) {
    this.#bounds = bounds;
    register(registry, total, 'counter', () => this.#counts());
    register(registry, seconds, 'histogram', () => this.#durations(seconds.name));
  }

  ended(frame: string, code: string, seconds: number): void {
    let kind = this.#kinds.get(frame);
    if (kind === undefined) {
      kind = new Requests(this.#bounds.length);
      this.#kinds.set(frame, kind);
    }
    kind.byCode.set(code, (kind.byCode.get(code) ?? 0) + 1);
    let bound = 0;
    while (bound < this.#bounds.length && seconds > this.#bounds[bound]!) bound++;
    kind.took[bound]!++;
    kind.seconds += seconds;
  }

  #counts(): Value[] {
    return [...this.#kinds].flatMap(([frame, { byCode }]) =>
      [...byCode].map(([code, value]) => ({ labels: { frame, code }, value })),
    );
  }

  #durations(name: string): Value[] {
    return [...this.#kinds].flatMap(([frame, { took, seconds }]) => {
      let count = 0;
      const buckets = took.map((value, bound) => {
        count += value;
        const le = this.#bounds[bound] ?? '+Inf';
        return { metricName: `${name}_bucket`, labels: { le }, sharedLabels: { frame }, value: count };
      });
      return [
        ...buckets,
        { metricName: `${name}_sum`, labels: {}, sharedLabels: { frame }, value: seconds },
        { metricName: `${name}_count`, labels: {}, sharedLabels: { frame }, value: count },
      ];
    });
  }
}

interface Value {
  metricName?: string;
  labels: Record<string, string | number>;
  sharedLabels?: Record<string, string>;
  value: number;
}

/** A metric whose values are made when it is asked for. */
function register(
  registry: Registry,
  { name, help }: Named,
  type: 'counter' | 'histogram',
  read: () => Value[],
): void {
  const get = async () => ({ name, help, type, aggregator: 'sum', values: read() });
  registry.registerMetric({ name, get } as unknown as Metric);
}
