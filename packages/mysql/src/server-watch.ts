/**
 * What the pools of one process know of the server behind their address. When one of them learns that it takes no writes
 * any more, the connections of all of them are of an older generation and are dropped; when a connection broke or was not
 * answered, those that were seen to be well before that are asked once before they are used again.
 */
export class ServerWatch {
  #generation = 0;
  #suspectedAt = Number.NEGATIVE_INFINITY;
  readonly #listeners = new Set<() => void>();

  /** Raised each time that the server is left. */
  get generation(): number {
    return this.#generation;
  }

  /** Monotonic milliseconds of the last connection that broke. */
  get suspectedAt(): number {
    return this.#suspectedAt;
  }

  suspect(): void {
    this.#suspectedAt = performance.now();
  }

  /** The server is no longer the writer: every connection to it goes. */
  leave(): void {
    this.#generation++;
    for (const listener of [...this.#listeners]) listener();
  }

  /** Calls `listener` each time that the server is left; answers with what ends that. */
  onLeft(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }
}
