/** Where a client keeps what must outlive the process. Calls may answer at once or later. */
export interface KeyValueStorage {
  get(key: string): Promise<string | undefined> | string | undefined;
  set(key: string, value: string): Promise<void> | void;
  delete(key: string): Promise<void> | void;
  /** The keys that begin so, in any order. Needed where several tabs share the storage. */
  keys?(prefix: string): Promise<string[]> | string[];
}

/** Keeps everything in memory: for tests, and for sessions that need not outlive the process. */
export class MemoryStorage implements KeyValueStorage {
  readonly #values = new Map<string, string>();

  get(key: string): string | undefined {
    return this.#values.get(key);
  }

  set(key: string, value: string): void {
    this.#values.set(key, value);
  }

  delete(key: string): void {
    this.#values.delete(key);
  }

  keys(prefix: string): string[] {
    return [...this.#values.keys()].filter((key) => key.startsWith(prefix));
  }
}

/** `localStorage` or `sessionStorage`: simple, about 5 MB, blocking. */
export class WebStorage implements KeyValueStorage {
  readonly #area: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

  constructor(area: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>) {
    this.#area = area;
  }

  get(key: string): string | undefined {
    return this.#area.getItem(key) ?? undefined;
  }

  set(key: string, value: string): void {
    this.#area.setItem(key, value);
  }

  delete(key: string): void {
    this.#area.removeItem(key);
  }

  keys(prefix: string): string[] {
    return Object.keys(this.#area).filter((key) => key.startsWith(prefix));
  }
}

/** IndexedDB, one object store: roomy, does not block. */
export class IndexedDbStorage implements KeyValueStorage {
  readonly #database: Promise<IDBDatabase>;

  constructor(name = 'berth', factory?: IDBFactory) {
    this.#database = new Promise((resolve, reject) => {
      // Where site data is blocked even to name it may throw.
      const request = (factory ?? indexedDB).open(name, 1);
      request.onupgradeneeded = () => request.result.createObjectStore('values');
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    // Whoever reads or writes hears of it; nobody else needs to.
    this.#database.catch(() => {});
  }

  async get(key: string): Promise<string | undefined> {
    return this.#run('readonly', (values) => values.get(key));
  }

  async set(key: string, value: string): Promise<void> {
    await this.#run('readwrite', (values) => values.put(value, key));
  }

  async delete(key: string): Promise<void> {
    await this.#run('readwrite', (values) => values.delete(key));
  }

  async keys(prefix: string): Promise<string[]> {
    const range = IDBKeyRange.bound(prefix, `${prefix}\uffff`);
    return (await this.#run('readonly', (values) => values.getAllKeys(range))).map(String);
  }

  async #run<T>(mode: IDBTransactionMode, ask: (values: IDBObjectStore) => IDBRequest<T>): Promise<T> {
    const transaction = (await this.#database).transaction('values', mode);
    const request = ask(transaction.objectStore('values'));
    // At once, so that what is written as a page goes is written.
    transaction.commit();
    return new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error);
      transaction.onerror = () => reject(transaction.error);
    });
  }
}
