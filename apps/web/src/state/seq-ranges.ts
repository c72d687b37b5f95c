export interface SeqRange {
  /** First and last seq, both included. */
  from: number;
  to: number;
}

/** A set of seqs, kept as ascending ranges that do not touch. */
export class SeqRanges {
  #ranges: SeqRange[] = [];

  get ranges(): readonly SeqRange[] {
    return this.#ranges;
  }

  add(from: number, to: number): void {
    if (to < from) return;
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

  /** How many seqs of the range are in the set. */
  count(from: number, to: number): number {
    let count = 0;
    for (let index = this.#firstEndingAt(from); index < this.#ranges.length; index++) {
      const range = this.#ranges[index]!;
      if (range.from > to) break;
      count += Math.min(range.to, to) - Math.max(range.from, from) + 1;
    }
    return count;
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
