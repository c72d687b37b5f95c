/** What waits for all old clients, in characters of texts and bytes of notices: beyond it texts are read again, notices are not told. */
const maxWaiting = 33_554_432;

/** Shared by all old clients of the process. */
export class WaitingBudget {
  readonly #max: number;
  #waiting = 0;

  constructor(max = maxWaiting) {
    this.#max = max;
  }

  get waiting(): number {
    return this.#waiting;
  }

  /** False when there is no room for so much more. */
  take(count: number): boolean {
    if (this.#waiting + count > this.#max) return false;
    this.#waiting += count;
    return true;
  }

  give(count: number): void {
    this.#waiting -= count;
  }
}
