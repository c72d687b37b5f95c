/**
 * Keeps the messages of one sender in one conversation in the order in which they came, when one of them has to wait for
 * what is not known yet while the next would find it known; or whatever else one does there again. Remembers only those who wait.
 */
export class SendTurns {
  readonly #last = new Map<string, Promise<void>>();

  /** Whether an earlier message is still on its way to the writer. */
  isTaken(conversation: number, sender: number): boolean {
    return this.#last.size > 0 && this.#last.has(`${conversation} ${sender}`);
  }

  /**
   * Runs `send` once those that came before have been handed to the writer. `send` calls `handedOn` when it has been, so that
   * the next need not wait for its commit; when it ends without that, the next goes on, too.
   */
  async take<T>(
    conversation: number,
    sender: number,
    send: (handedOn: () => void) => Promise<T>,
  ): Promise<T> {
    const key = `${conversation} ${sender}`;
    const previous = this.#last.get(key);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#last.set(key, promise);
    const handedOn = () => {
      if (this.#last.get(key) === promise) this.#last.delete(key);
      resolve();
    };
    try {
      await previous;
      return await send(handedOn);
    } finally {
      handedOn();
    }
  }
}
