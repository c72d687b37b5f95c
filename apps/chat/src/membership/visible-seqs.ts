/** Seqs above `after` up to `upTo`: what a member saw between one joining and one leaving. */
export interface Interval {
  after: number;
  upTo: number;
}

/** Seqs from `from` to `to`, both included. */
export interface SeqRange {
  from: number;
  to: number;
}

/**
 * The seqs of a conversation that one user may see: those of the intervals of membership, up to the head. In order, and
 * without overlap.
 */
export class VisibleSeqs {
  readonly #intervals: readonly Interval[];
  /** Of a former member the entry by which they left: what became of anything later is not theirs to see. Undefined: as things are. */
  readonly upTo: number | undefined;

  /** `member` is the newest interval, without `leftSeq` while it lasts; `earlier` are those before, in any order. */
  constructor(
    member: { joinedSeq: number; leftSeq: number | undefined },
    earlier: readonly Interval[],
    head: number,
  ) {
    this.upTo = member.leftSeq;
    const newest = { after: member.joinedSeq, upTo: Math.min(head, member.leftSeq ?? head) };
    const intervals = [...earlier, newest].sort((a, b) => a.after - b.after);
    let covered = 0;
    this.#intervals = intervals.flatMap(({ after, upTo }) => {
      const interval = { after: Math.max(after, covered), upTo: Math.min(upTo, head) };
      if (interval.after >= interval.upTo) return [];
      covered = interval.upTo;
      return [interval];
    });
  }

  /** The newest; 0 when there is none. */
  get head(): number {
    return this.#intervals.at(-1)?.upTo ?? 0;
  }

  /** The oldest; 0 when there is none. */
  get first(): number {
    const oldest = this.#intervals[0];
    return oldest === undefined ? 0 : oldest.after + 1;
  }

  has(seq: number): boolean {
    return this.#intervals.some(({ after, upTo }) => seq > after && seq <= upTo);
  }

  /** What of it is above a mark; in order, and without overlap. */
  above(mark: number): Interval[] {
    return this.#intervals.flatMap(({ after, upTo }) =>
      upTo > mark ? [{ after: Math.max(after, mark), upTo }] : [],
    );
  }

  /** The oldest `limit` above `after`, ascending. */
  rangesAfter(after: number, limit: number): SeqRange[] {
    const ranges: SeqRange[] = [];
    let left = limit;
    for (const interval of this.#intervals) {
      const from = Math.max(interval.after, after) + 1;
      const to = Math.min(interval.upTo, from + left - 1);
      if (to < from || left === 0) continue;
      ranges.push({ from, to });
      left -= to - from + 1;
    }
    return ranges;
  }

  /** The newest `limit` below `before`, ascending. */
  rangesBefore(before: number, limit: number): SeqRange[] {
    const ranges: SeqRange[] = [];
    let left = limit;
    for (const interval of this.#intervals.toReversed()) {
      const to = Math.min(interval.upTo, before - 1);
      const from = Math.max(interval.after + 1, to - left + 1);
      if (to < from || left === 0) continue;
      ranges.unshift({ from, to });
      left -= to - from + 1;
    }
    return ranges;
  }
}
