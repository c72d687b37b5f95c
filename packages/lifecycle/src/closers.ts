/** What was started, to be closed in the reverse order; also when a later start failed. */
export class Closers {
  readonly #closers: { name: string; close: () => Promise<unknown> | unknown }[] = [];

  add(name: string, close: () => Promise<unknown> | unknown): void {
    this.#closers.push({ name, close });
  }

  /** Closes everything, last started first; goes on after a failure and throws an AggregateError at the end. */
  async close(): Promise<void> {
    const failures: unknown[] = [];
    for (let closer = this.#closers.pop(); closer !== undefined; closer = this.#closers.pop()) {
      try {
        await closer.close();
      } catch (cause) {
        failures.push(new Error(`closing ${closer.name}`, { cause }));
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, 'close');
  }
}
