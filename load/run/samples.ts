import { type MetricName, metricKinds } from '../profiles/metrics.ts';
import { Histogram } from './histogram.ts';

/** What came in one stretch of the run. */
export interface Slot {
  counts: Map<MetricName, number>;
  trends: Map<MetricName, Histogram>;
}

/** Beyond so many slots, two become one: a soak takes as little memory as a smoke test. */
const maxSlots = 600;
/** Metrics of k6 itself are not plotted, and not parsed. */
const prefix = '{"metric":"berth_';

/** k6's stream of samples (`--out json`), added up by time. */
export class Samples {
  #slotMs = 1_000;
  #startMs: number | undefined;
  #slots: Slot[] = [];
  readonly totals: Slot = emptySlot();
  /** Failures by where they happened and their code. */
  readonly errors = new Map<string, number>();

  /** Milliseconds that each slot stands for. */
  get slotMs(): number {
    return this.#slotMs;
  }

  get slots(): readonly Slot[] {
    return this.#slots;
  }

  /** When the first sample was taken, milliseconds since 1970. */
  get startMs(): number | undefined {
    return this.#startMs;
  }

  total(name: MetricName): number {
    return this.totals.counts.get(name) ?? 0;
  }

  /** A line of k6's output; whatever is no sample of ours is passed over. */
  takeLine(line: string): void {
    if (!line.startsWith(prefix)) return;
    let sample: {
      metric: string;
      type: string;
      data: { time: string; value: number; tags?: Record<string, string> };
    };
    try {
      sample = JSON.parse(line);
    } catch {
      // The last line of a k6 that was killed.
      return;
    }
    if (sample.type !== 'Point' || !Object.hasOwn(metricKinds, sample.metric)) return;
    const { time, value, tags } = sample.data;
    this.#add(sample.metric as MetricName, Date.parse(time), value);
    if (sample.metric === 'berth_errors' && value > 0) {
      const key = `${tags?.where ?? '?'}: ${tags?.code ?? '?'}`;
      this.errors.set(key, (this.errors.get(key) ?? 0) + value);
    }
  }

  #add(name: MetricName, atMs: number, value: number): void {
    this.#startMs ??= atMs;
    // Samples of several virtual users come a little out of order.
    let index = Math.max(0, Math.floor((atMs - this.#startMs) / this.#slotMs));
    while (index >= maxSlots) {
      this.#halve();
      index = Math.floor((atMs - this.#startMs) / this.#slotMs);
    }
    while (this.#slots.length <= index) this.#slots.push(emptySlot());
    for (const slot of [this.#slots[index]!, this.totals]) addTo(slot, name, value);
  }

  #halve(): void {
    this.#slotMs *= 2;
    this.#slots = Array.from({ length: Math.ceil(this.#slots.length / 2) }, (_, index) =>
      merged(this.#slots[2 * index]!, this.#slots[2 * index + 1]),
    );
  }
}

const emptySlot = (): Slot => ({ counts: new Map(), trends: new Map() });

function addTo({ counts, trends }: Slot, name: MetricName, value: number): void {
  if (metricKinds[name] === 'counter') {
    counts.set(name, (counts.get(name) ?? 0) + value);
    return;
  }
  const histogram = trends.get(name) ?? new Histogram();
  histogram.add(value);
  trends.set(name, histogram);
}

function merged(one: Slot, other: Slot | undefined): Slot {
  for (const [name, count] of other?.counts ?? []) one.counts.set(name, (one.counts.get(name) ?? 0) + count);
  for (const [name, histogram] of other?.trends ?? []) {
    const known = one.trends.get(name);
    if (known) known.merge(histogram);
    else one.trends.set(name, histogram);
  }
  return one;
}
