export interface RequestBudgetOptions {
  /** Requests of all connections that may wait for their answers, some 2 KiB each. Default 50,000. */
  maxRequests?: number;
  /** Bytes of their bodies, and of answers that wait. Default 32 MiB. */
  maxBytes?: number;
}

/** What the requests of all connections take together: those of one are bounded, and their number is not enough. */
export class RequestBudget {
  readonly #maxRequests: number;
  readonly #maxBytes: number;
  #requests = 0;
  #bytes = 0;

  constructor({ maxRequests = 50_000, maxBytes = 33_554_432 }: RequestBudgetOptions = {}) {
    this.#maxRequests = maxRequests;
    this.#maxBytes = maxBytes;
  }

  get requests(): number {
    return this.#requests;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** False when it is too much: it is counted, and should be refused and ended at once. */
  start(bytes: number): boolean {
    this.#requests++;
    this.#bytes += bytes;
    return this.#requests <= this.#maxRequests && this.#bytes <= this.#maxBytes;
  }

  end(bytes: number): void {
    this.#requests--;
    this.#bytes -= bytes;
  }
}
