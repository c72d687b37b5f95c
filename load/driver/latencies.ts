import {
  build,
  decodeFromCompressedBase64,
  encodeIntoCompressedBase64,
  type Histogram,
} from 'hdr-histogram-js';

/** Latencies of a run in microseconds to three digits, which go from process to process as a text. */
export class Latencies {
  readonly #histogram: Histogram;

  constructor(histogram: Histogram = build({ numberOfSignificantValueDigits: 3 })) {
    this.#histogram = histogram;
  }

  static parse(text: string): Latencies {
    return new Latencies(decodeFromCompressedBase64(text) as Histogram);
  }

  static sum(texts: string[]): Latencies {
    const sum = new Latencies();
    for (const text of texts) sum.add(Latencies.parse(text));
    return sum;
  }

  add(other: Latencies): void {
    this.#histogram.add(other.#histogram);
  }

  get count(): number {
    return this.#histogram.totalCount;
  }

  /** From when something was due, whenever it was sent: what waited behind a slow one is not left out. */
  recordSince(dueMs: number, nowMs = performance.now()): void {
    this.#histogram.recordValue(Math.max(0, Math.round((nowMs - dueMs) * 1_000)));
  }

  /** Milliseconds that `part` (0 to 1) of them do not exceed; 0 when there are none. */
  atMs(part: number): number {
    return this.count === 0 ? 0 : this.#histogram.getValueAtPercentile(part * 100) / 1_000;
  }

  toString(): string {
    return encodeIntoCompressedBase64(this.#histogram);
  }
}
