import { jittered } from './backoff.ts';

/** Thrown in place of a call while its circuit is open. */
export class CircuitOpenError extends Error {
  override readonly name = 'CircuitOpenError';
}

/**
 * Keeps callers from waiting for something that is known to be away: after `failures` in a row (default 1) calls are
 * refused for `openMs` ± 30 % (default 1 000); then one is let through to try, and its success closes the circuit.
 */
export class Circuit {
  readonly #name: string;
  readonly #failures: number;
  readonly #openMs: number;
  readonly #isFailure: (error: unknown) => boolean;
  #failed = 0;
  #openUntil = 0;
  #lastError: unknown;
  #isTrying = false;

  /** `isFailure`: whether an error means that the thing is away; by default every one does. */
  constructor(
    name: string,
    {
      failures = 1,
      openMs = 1_000,
      isFailure = () => true,
    }: { failures?: number; openMs?: number; isFailure?: (error: unknown) => boolean } = {},
  ) {
    this.#name = name;
    this.#failures = failures;
    this.#openMs = openMs;
    this.#isFailure = isFailure;
  }

  /** True from the failure that opened it to the success that closes it. */
  get isOpen(): boolean {
    return this.#failed >= this.#failures;
  }

  async run<T>(call: () => Promise<T>): Promise<T> {
    const isTrial = this.isOpen;
    if (isTrial && (this.#isTrying || performance.now() < this.#openUntil)) {
      throw new CircuitOpenError(`${this.#name} is away`, { cause: this.#lastError });
    }
    if (isTrial) this.#isTrying = true;
    try {
      const result = await call();
      this.#failed = 0;
      return result;
    } catch (error) {
      if (this.#isFailure(error)) {
        this.#failed++;
        this.#lastError = error;
        this.#openUntil = performance.now() + jittered(this.#openMs, 0.3);
      } else {
        this.#failed = 0;
      }
      throw error;
    } finally {
      if (isTrial) this.#isTrying = false;
    }
  }
}
