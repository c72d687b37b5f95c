import { withDeadline } from '@berth/lifecycle';
import { BerthError } from '@berth/wire';

export interface CoalescingLoaderOptions<K extends string | number, V> {
  /** Reads many at once; what it leaves out is loaded as undefined. */
  read(keys: K[]): Promise<ReadonlyMap<K, V>>;
  /** Keys of one read. Default 512. */
  maxKeys?: number;
  /** Reads at a time. Default 2. */
  parallel?: number;
  /** Milliseconds of one read. Default 5 000. */
  timeoutMs?: number;
  /** Keys waiting at most; further ones are refused with `unavailable`. Default 200 000. */
  maxWaiting?: number;
}

/**
 * Turns many small reads into few large ones: what is asked for while reads are under way goes into the next one. A read
 * begins after the last of its keys was asked for, so its answer is never older than the question.
 */
export class CoalescingLoader<K extends string | number, V> {
  readonly #read: CoalescingLoaderOptions<K, V>['read'];
  readonly #maxKeys: number;
  readonly #parallel: number;
  readonly #timeoutMs: number;
  readonly #maxWaiting: number;
  #waiting = new Map<K, Waiter<V>>();
  #reading = 0;
  #scheduled = false;

  constructor(options: CoalescingLoaderOptions<K, V>) {
    this.#read = options.read;
    this.#maxKeys = options.maxKeys ?? 512;
    this.#parallel = options.parallel ?? 2;
    this.#timeoutMs = options.timeoutMs ?? 5_000;
    this.#maxWaiting = options.maxWaiting ?? 200_000;
  }

  async load(key: K): Promise<V | undefined> {
    let waiter = this.#waiting.get(key);
    if (waiter === undefined) {
      if (this.#waiting.size >= this.#maxWaiting) {
        throw new BerthError('unavailable', 'too many reads are waiting', { retryAfterMs: 1_000 });
      }
      waiter = createWaiter();
      this.#waiting.set(key, waiter);
      this.#schedule();
    }
    return waiter.promise;
  }

  async loadAll(keys: readonly K[]): Promise<Map<K, V>> {
    const values = await Promise.all(keys.map((key) => this.load(key)));
    const found = new Map<K, V>();
    for (const [index, value] of values.entries()) if (value !== undefined) found.set(keys[index]!, value);
    return found;
  }

  #schedule(): void {
    if (this.#scheduled || this.#reading >= this.#parallel) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      void this.#readNext();
    });
  }

  async #readNext(): Promise<void> {
    const batch = new Map<K, Waiter<V>>();
    for (const [key, waiter] of this.#waiting) {
      if (batch.size >= this.#maxKeys) break;
      batch.set(key, waiter);
      this.#waiting.delete(key);
    }
    if (batch.size === 0) return;
    this.#reading++;
    if (this.#waiting.size > 0) this.#schedule();
    try {
      const found = await withDeadline(this.#read([...batch.keys()]), this.#timeoutMs, 'a read');
      for (const [key, waiter] of batch) waiter.resolve(found.get(key));
    } catch (cause) {
      for (const waiter of batch.values()) waiter.reject(cause);
    } finally {
      this.#reading--;
      if (this.#waiting.size > 0) this.#schedule();
    }
  }
}

interface Waiter<V> {
  promise: Promise<V | undefined>;
  resolve(value: V | undefined): void;
  reject(cause: unknown): void;
}

function createWaiter<V>(): Waiter<V> {
  const { promise, resolve, reject } = Promise.withResolvers<V | undefined>();
  return { promise, resolve, reject };
}
