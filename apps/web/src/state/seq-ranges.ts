export interface SeqRange {
  /** First and last seq, both included. */
  from: number;
  to: number;
}

/** A set of seqs, kept as ascending ranges that do not touch. */
export class SeqRanges {
  #ranges: SeqRange[] = [];
  /** How many seqs are in the ranges before each; made anew when they have changed. */
  #sums: number[] | undefined;

  get ranges(): readonly SeqRange[] {
    return this.#ranges;
  }

  clear(): void {
    this.#ranges = [];
    this.#sums = undefined;
  }

  add(from: number, to: number): void {
    if (to < from) return;
    this.#sums = undefined;
    const first = this.#firstEndingAt(from - 1);
    let next = first;
    while (next < this.#ranges.length && this.#ranges[next]!.from <= to + 1) {
      from = Math.min(from, this.#ranges[next]!.from);
      to = Math.max(to, this.#ranges[next]!.to);
      next++;
    }
    this.#ranges.splice(first, next - first, { from, to });
  }

  has(seq: number): boolean {
    const range = this.#ranges[this.#firstEndingAt(seq)];
    return range !== undefined && range.from <= seq;
  }

  /** What of the range is not in the set. */
  missing(from: number, to: number): SeqRange[] {
    const missing: SeqRange[] = [];
    let next = from;
    for (let index = this.#firstEndingAt(from); index < this.#ranges.length && next <= to; index++) {
      const range = this.#ranges[index]!;
      if (range.from > to) break;
      if (range.from > next) missing.push({ from: next, to: range.from - 1 });
      next = range.to + 1;
    }
    if (next <= to) missing.push({ from: next, to });
    return missing;
  }

  /** The seq at a place, counting from 0, among those from `first` on that are not in the set. */
  missingAt(first: number, place: number): number {
    const sums = this.#counted();
    const start = this.#firstEndingAt(first);
    const before = this.#below(first);
    let low = start;
    let high = this.#ranges.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const { from } = this.#ranges[middle]!;
      const passed = Math.max(from, first) - first - Math.max(0, sums[middle]! - before);
      if (passed <= place) low = middle + 1;
      else high = middle;
    }
    return first + place + Math.max(0, sums[low]! - before);
  }

  #counted(): number[] {
    if (this.#sums) return this.#sums;
    let sum = 0;
    const sums = [0];
    for (const { from, to } of this.#ranges) {
      sum += to - from + 1;
      sums.push(sum);
    }
    this.#sums = sums;
    return sums;
  }

  /** How many seqs of the range are in the set. */
  count(from: number, to: number): number {
    return to < from ? 0 : this.#below(to + 1) - this.#below(from);
  }

  #below(seq: number): number {
    const index = this.#firstEndingAt(seq);
    return this.#counted()[index]! + Math.max(0, seq - (this.#ranges[index]?.from ?? seq));
  }

  /** The index of the first range that ends at `seq` or later. */
  #firstEndingAt(seq: number): number {
    let low = 0;
    let high = this.#ranges.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#ranges[middle]!.to < seq) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
