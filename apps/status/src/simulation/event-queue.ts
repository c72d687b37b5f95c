/** What is to happen, by virtual time; at the same time in the order in which it was asked for. */
export class EventQueue {
  readonly #heap: { atMs: number; order: number; run: (nowMs: number) => void }[] = [];
  #order = 0;
  nowMs = 0;

  at(atMs: number, run: (nowMs: number) => void): void {
    const heap = this.#heap;
    heap.push({ atMs, order: this.#order++, run });
    let child = heap.length - 1;
    while (child > 0) {
      const parent = (child - 1) >> 1;
      if (!this.#before(child, parent)) break;
      [heap[child], heap[parent]] = [heap[parent]!, heap[child]!];
      child = parent;
    }
  }

  after(delayMs: number, run: (nowMs: number) => void): void {
    this.at(this.nowMs + delayMs, run);
  }

  /** Runs everything up to `untilMs`. */
  run(untilMs: number): void {
    while (this.#heap.length > 0 && this.#heap[0]!.atMs <= untilMs) {
      const { atMs, run } = this.#pop();
      this.nowMs = atMs;
      run(atMs);
    }
    this.nowMs = untilMs;
  }

  #pop(): { atMs: number; run: (nowMs: number) => void } {
    const heap = this.#heap;
    const first = heap[0]!;
    const last = heap.pop()!;
    if (heap.length === 0) return first;
    heap[0] = last;
    let parent = 0;
    while (true) {
      let least = parent;
      for (const child of [2 * parent + 1, 2 * parent + 2]) {
        if (child < heap.length && this.#before(child, least)) least = child;
      }
      if (least === parent) return first;
      [heap[parent], heap[least]] = [heap[least]!, heap[parent]!];
      parent = least;
    }
  }

  #before(a: number, b: number): boolean {
    const [one, other] = [this.#heap[a]!, this.#heap[b]!];
    return one.atMs === other.atMs ? one.order < other.order : one.atMs < other.atMs;
  }
}
