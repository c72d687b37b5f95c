/**
 * What tells its listeners that it has changed, once a turn however often it did: a burst of a thousand messages
 * is one rendering. Values read from it are immutable, so that the same value means nothing has changed.
 */
export class Observable {
  readonly #listeners = new Set<() => void>();
  #pending = false;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  protected changed(): void {
    if (this.#pending) return;
    this.#pending = true;
    queueMicrotask(() => {
      this.#pending = false;
      for (const listener of [...this.#listeners]) listener();
    });
  }
}

/** One observable value. */
export class Cell<T> extends Observable {
  #value: T;

  constructor(value: T) {
    super();
    this.#value = value;
  }

  get value(): T {
    return this.#value;
  }

  set value(value: T) {
    if (Object.is(value, this.#value)) return;
    this.#value = value;
    this.changed();
  }
}
