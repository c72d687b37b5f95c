type Listener<V> = (value: V) => void;

/** Typed events. A listener that throws disturbs no other one: what it threw goes to `onThrow`. */
export class Emitter<E extends object> {
  readonly #listeners = new Map<keyof E, Set<Listener<never>>>();
  readonly #onThrow: (thrown: unknown) => void;

  constructor(onThrow: (thrown: unknown) => void) {
    this.#onThrow = onThrow;
  }

  on<N extends keyof E>(event: N, listener: Listener<E[N]>): () => void {
    const listeners = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, listeners);
    // A wrapper, so that a function added twice is called twice and removed once at a time.
    const entry: Listener<never> = (value) => listener(value);
    listeners.add(entry);
    return () => listeners.delete(entry);
  }

  emit<N extends keyof E>(event: N, value: E[N]): void {
    for (const listener of [...(this.#listeners.get(event) ?? [])]) {
      try {
        (listener as Listener<E[N]>)(value);
      } catch (thrown) {
        this.#onThrow(thrown);
      }
    }
  }
}
