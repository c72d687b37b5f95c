import { BerthError } from '@berth/wire';
import { isContentName } from './asset-name.ts';
import type { MysqlAssetStore } from './asset-store.ts';

/** However many names are asked for that nobody has, the store is asked at most this often. */
const minIntervalMs = 1_000;
const maxWaiting = 1_000;
/** Of contents in memory: several builds. */
const maxCachedBytes = 16 * 1024 * 1024;

/** The hashed files of other builds than this gate's own, from the store. */
export class SharedAssets {
  readonly #store: Pick<MysqlAssetStore, 'names' | 'read'>;
  #names: ReadonlySet<string> = new Set();
  #readAt = Number.NEGATIVE_INFINITY;
  #running: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;
  #waiting = 0;
  /** By use, the latest last. */
  readonly #contents = new Map<string, Buffer>();
  #cachedBytes = 0;
  readonly #reads = new Map<string, Promise<Buffer | undefined>>();

  constructor(store: Pick<MysqlAssetStore, 'names' | 'read'>) {
    this.#store = store;
  }

  /** Compressed with Brotli; undefined when no build has it. Errors: BerthError `unavailable`. */
  async find(name: string): Promise<Buffer | undefined> {
    if (!isContentName(name)) return undefined;
    if (!this.#names.has(name)) {
      await this.#readNames();
      if (!this.#names.has(name)) return undefined;
    }
    const cached = this.#contents.get(name);
    if (cached) {
      this.#contents.delete(name);
      this.#contents.set(name, cached);
      return cached;
    }
    let read = this.#reads.get(name);
    if (!read) {
      read = this.#store.read(name).finally(() => this.#reads.delete(name));
      this.#reads.set(name, read);
    }
    const content = await read;
    if (content) this.#cache(name, content);
    return content;
  }

  /** Reads the names anew, after this call: who asked for a file had its page from a gate that had brought them in. */
  async #readNames(): Promise<void> {
    if (this.#waiting >= maxWaiting) throw new BerthError('unavailable', undefined, { retryAfterMs: 1_000 });
    this.#waiting++;
    try {
      this.#next ??= this.#readNext();
      await this.#next;
    } finally {
      this.#waiting--;
    }
  }

  async #readNext(): Promise<void> {
    await this.#running.catch(() => {});
    const waitMs = this.#readAt + minIntervalMs - performance.now();
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    // Who comes from here on waits for another.
    this.#next = undefined;
    this.#readAt = performance.now();
    this.#running = this.#store.names().then((names) => {
      this.#names = names;
    });
    await this.#running;
  }

  #cache(name: string, content: Buffer): void {
    if (this.#contents.has(name)) return;
    this.#contents.set(name, content);
    this.#cachedBytes += content.length;
    for (const [oldest, { length }] of this.#contents) {
      if (this.#cachedBytes <= maxCachedBytes) break;
      this.#contents.delete(oldest);
      this.#cachedBytes -= length;
    }
  }
}
