import { withDeadline } from '@berth/lifecycle';
import { BerthError } from '@berth/wire';

export interface CoalescingLoaderOptions<K extends string | number, V> {
  /** Reads many at once; what it leaves out is loaded as undefined. */
  read(keys: K[]): Promise<ReadonlyMap<K, V>>;
  /** Keys of one read. Default 512. */
  maxKeys?: number;
  /** Reads at a time at most. Default 2. */
  parallel?: number;
  /** Milliseconds after which the next read waits no more for the one before it. Default 10. */
  patienceMs?: number;
  /** Milliseconds from the beginning of a read for many to that of the next, unless that is as large as it gets. Default 0. */
  gatherMs?: number;
  /** Milliseconds of one read. Default 5 000. */
  timeoutMs?: number;
  /** Keys waiting at most; further ones are refused with `unavailable`. Default 200 000. */
  maxWaiting?: number;
}

/** So many who ask for one read say that the next will be larger for a short wait. */
const many = 4;

/**
 * Turns many small reads into few large ones: what is asked for in one turn of the event loop, or while a read is under way, goes
 * into the next one. That begins beside the read before it only when it is as large as it gets, or when that one takes long. A
 * read begins after the last of its keys was asked for, so its answer is never older than the question.
 */
export class CoalescingLoader<K extends string | number, V> {
  readonly #read: CoalescingLoaderOptions<K, V>['read'];
  readonly #maxKeys: number;
  readonly #parallel: number;
  readonly #patienceMs: number;
  readonly #gatherMs: number;
  readonly #timeoutMs: number;
  readonly #maxWaiting: number;
  #waiting = new Map<K, Waiter<V>>();
  #reading = 0;
  /** Of the reads under way those that nothing waits for any more. */
  #slow = 0;
  #scheduled = false;
  /** Who has asked since the last read began. */
  #askers = 0;
  /** A read for many has begun a short while ago. */
  #gathering = false;

  constructor(options: CoalescingLoaderOptions<K, V>) {
    this.#read = options.read;
    this.#maxKeys = options.maxKeys ?? 512;
    this.#parallel = options.parallel ?? 2;
    this.#patienceMs = options.patienceMs ?? 10;
    this.#gatherMs = options.gatherMs ?? 0;
    this.#timeoutMs = options.timeoutMs ?? 5_000;
    this.#maxWaiting = options.maxWaiting ?? 200_000;
  }

  load(key: K): Promise<V | undefined> {
    this.#askers++;
    return this.#wait(key);
  }

  async loadAll(keys: readonly K[]): Promise<Map<K, V>> {
    if (keys.length > 0) this.#askers++;
    const values = await Promise.all(keys.map((key) => this.#wait(key)));
    const found = new Map<K, V>();
    for (const [index, value] of values.entries()) if (value !== undefined) found.set(keys[index]!, value);
    return found;
  }

  async #wait(key: K): Promise<V | undefined> {
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

  get #mayRead(): boolean {
    if (this.#waiting.size === 0 || this.#reading >= this.#parallel) return false;
    if (this.#waiting.size >= this.#maxKeys) return true;
    return !this.#gathering && this.#reading === this.#slow;
  }

  #schedule(): void {
    if (this.#scheduled || !this.#mayRead) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      while (this.#mayRead) void this.#readNext();
    });
  }

  #gather(): void {
    this.#gathering = true;
    setTimeout(() => {
      this.#gathering = false;
      this.#schedule();
    }, this.#gatherMs);
  }

  async #readNext(): Promise<void> {
    const batch = new Map<K, Waiter<V>>();
    for (const [key, waiter] of this.#waiting) {
      if (batch.size >= this.#maxKeys) break;
      batch.set(key, waiter);
      this.#waiting.delete(key);
    }
    this.#reading++;
    if (this.#askers >= many && this.#gatherMs > 0 && !this.#gathering) this.#gather();
    this.#askers = 0;
    let isSlow = false;
    const patience = setTimeout(() => {
      isSlow = true;
      this.#slow++;
      this.#schedule();
    }, this.#patienceMs);
    try {
      const found = await withDeadline(this.#read([...batch.keys()]), this.#timeoutMs, 'a read');
      for (const [key, waiter] of batch) waiter.resolve(found.get(key));
    } catch (cause) {
      for (const waiter of batch.values()) waiter.reject(cause);
    } finally {
      clearTimeout(patience);
      if (isSlow) this.#slow--;
      this.#reading--;
      this.#schedule();
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
