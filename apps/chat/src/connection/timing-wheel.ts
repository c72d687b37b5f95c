/** What stands on a wheel; the two fields are the wheel's own. */
export interface WheelEntry {
  /** Slot that the entry stands in, -1 when in none. */
  wheelSlot: number;
  wheelIndex: number;
}

/**
 * Deadlines of any number of entries with one timer for all. Scheduling, moving and cancelling cost O(1) and no memory.
 * An entry falls due at the first `advance` at or after its time, at most one tick late. The wheel's time is its own:
 * a stall of the process longer than `maxGapMs` counts as that much, so that nobody dies of our sleep.
 */
export class TimingWheel<E extends WheelEntry> {
  readonly #slots: E[][];
  readonly #tickMs: number;
  readonly #maxGapMs: number;
  readonly #onDue: (entry: E) => void;
  #nowMs = 0;
  #tick = 0;
  #lastReal: number | undefined;

  constructor(options: { tickMs: number; maxDelayMs: number; maxGapMs: number; onDue: (entry: E) => void }) {
    this.#tickMs = options.tickMs;
    this.#maxGapMs = options.maxGapMs;
    this.#onDue = options.onDue;
    const slots = Math.ceil(options.maxDelayMs / options.tickMs) + 2;
    this.#slots = Array.from({ length: slots }, () => []);
  }

  /** Milliseconds of the wheel's own time; moves with `advance` only, so that reading it costs nothing. */
  get nowMs(): number {
    return this.#nowMs;
  }

  /** (Re)schedules; a delay beyond the wheel's longest falls due at the longest, where the owner looks again. */
  schedule(entry: E, delayMs: number): void {
    if (entry.wheelSlot >= 0) this.cancel(entry);
    const ticks = Math.ceil((this.#nowMs + delayMs) / this.#tickMs) - this.#tick;
    const ahead = Math.max(1, Math.min(ticks, this.#slots.length - 1));
    const slot = (this.#tick + ahead) % this.#slots.length;
    entry.wheelSlot = slot;
    entry.wheelIndex = this.#slots[slot]!.push(entry) - 1;
  }

  cancel(entry: E): void {
    if (entry.wheelSlot < 0) return;
    const slot = this.#slots[entry.wheelSlot]!;
    const last = slot.pop()!;
    if (last !== entry) {
      slot[entry.wheelIndex] = last;
      last.wheelIndex = entry.wheelIndex;
    }
    entry.wheelSlot = -1;
  }

  /** All that are scheduled; a copy, so that they may be cancelled meanwhile. */
  entries(): E[] {
    return this.#slots.flat();
  }

  /** `realMs`: any monotonic clock. */
  advance(realMs: number): void {
    const gap = this.#lastReal === undefined ? 0 : realMs - this.#lastReal;
    this.#lastReal = realMs;
    this.#nowMs += Math.max(0, Math.min(gap, this.#maxGapMs));
    while ((this.#tick + 1) * this.#tickMs <= this.#nowMs) {
      this.#tick++;
      const index = this.#tick % this.#slots.length;
      const due = this.#slots[index]!;
      this.#slots[index] = [];
      for (const entry of due) entry.wheelSlot = -1;
      for (const entry of due) if (entry.wheelSlot < 0) this.#onDue(entry);
    }
  }
}
