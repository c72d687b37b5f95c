/** Messages waiting from which on a lane waits for the other ones. */
const many = 24;

/**
 * Lanes with much to write go one after the other, and while little waits beside each other: one statement of twice the rows costs
 * the server less than two. Nothing depends on it.
 */
export class LaneOrder {
  readonly #patienceMs: number;
  #committing = 0;
  readonly #waiting: (() => void)[] = [];

  /** Milliseconds that a lane waits at most, since another one may be held up by a server that does not answer. Default 20. */
  constructor({ patienceMs = 20 }: { patienceMs?: number } = {}) {
    this.#patienceMs = patienceMs;
  }

  /** Resolves when a batch may be taken of so many messages that wait. */
  async begin(messages: number): Promise<void> {
    if (this.#committing > 0 && messages >= many) await this.#turn();
    this.#committing++;
  }

  /** The batch is committed, or was given up. */
  end(): void {
    this.#committing--;
    this.#waiting.shift()?.();
  }

  #turn(): Promise<void> {
    return new Promise((resolve) => {
      const go = () => {
        clearTimeout(timer);
        const at = this.#waiting.indexOf(go);
        if (at >= 0) this.#waiting.splice(at, 1);
        resolve();
      };
      const timer = setTimeout(go, this.#patienceMs);
      this.#waiting.push(go);
    });
  }
}
