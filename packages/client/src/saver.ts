import type { KeyValueStorage } from './storage.ts';

/** Writes to a storage one after the other, the newest value of a key alone; failures are reported, never thrown. */
export class Saver {
  readonly #storage: KeyValueStorage;
  readonly #onFailure: (error: Error) => void;
  /** Undefined: delete. A function: what becomes of what is there. */
  readonly #dirty = new Map<string, string | undefined | ((kept: unknown) => unknown)>();
  #writing: Promise<void> | undefined;

  constructor(storage: KeyValueStorage, onFailure: (error: Error) => void) {
    this.#storage = storage;
    this.#onFailure = onFailure;
  }

  async read(key: string): Promise<unknown> {
    await this.flush();
    try {
      const text = await this.#storage.get(key);
      return text === undefined ? undefined : JSON.parse(text);
    } catch (cause) {
      this.#onFailure(new Error(`cannot read ${key} from the storage`, { cause }));
      return undefined;
    }
  }

  write(key: string, value: unknown): void {
    this.#enqueue(key, JSON.stringify(value));
  }

  /** Writes what `change` makes of what is kept by then, by another tab perhaps. */
  change(key: string, change: (kept: unknown) => unknown): void {
    this.#enqueue(key, change);
  }

  /** Keys that begin so; undefined when the storage cannot tell. */
  async keys(prefix: string): Promise<string[] | undefined> {
    await this.flush();
    try {
      return await this.#storage.keys?.(prefix);
    } catch (cause) {
      this.#onFailure(new Error(`cannot list ${prefix} in the storage`, { cause }));
      return undefined;
    }
  }

  delete(key: string): void {
    this.#enqueue(key, undefined);
  }

  /** Resolves when everything has been written. */
  async flush(): Promise<void> {
    while (this.#writing) await this.#writing;
  }

  #enqueue(key: string, value: string | undefined | ((kept: unknown) => unknown)): void {
    // To the end: what was written later must not be there before what was written first.
    this.#dirty.delete(key);
    this.#dirty.set(key, value);
    this.#writing ??= this.#run();
  }

  async #changed(key: string, change: (kept: unknown) => unknown): Promise<string> {
    const text = await this.#storage.get(key);
    return JSON.stringify(change(text === undefined ? undefined : JSON.parse(text)));
  }

  async #run(): Promise<void> {
    for (const [key, value] of this.#dirty) {
      this.#dirty.delete(key);
      try {
        if (value === undefined) await this.#storage.delete(key);
        else
          await this.#storage.set(key, typeof value === 'string' ? value : await this.#changed(key, value));
      } catch (cause) {
        this.#onFailure(new Error(`cannot write ${key} to the storage`, { cause }));
      }
    }
    this.#writing = undefined;
  }
}
