/** Keys counted at most; the one counted longest is forgotten. */
const maxCounted = 100_000;

/** What each key has spent in its present window, on this node alone. */
export class CountedWindows {
  readonly #counted = new Map<string, { sinceMs: number; spent: number }>();

  /** Keys counted here. */
  get size(): number {
    return this.#counted.size;
  }

  /** Takes `count` of the `most` of a window of `ms`: 0; or nothing, and the milliseconds until it is over. */
  take(key: string, { most, ms }: { most: number; ms: number }, count: number): number {
    const now = performance.now();
    let counted = this.#counted.get(key);
    if (counted === undefined || now - counted.sinceMs >= ms) {
      this.#counted.delete(key);
      counted = { sinceMs: now, spent: 0 };
      this.#counted.set(key, counted);
      if (this.#counted.size > maxCounted) this.#counted.delete(this.#counted.keys().next().value!);
    }
    if (counted.spent + count > most) return Math.ceil(counted.sinceMs + ms - now);
    counted.spent += count;
    return 0;
  }
}
