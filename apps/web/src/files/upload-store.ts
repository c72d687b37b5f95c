import { ownName } from '../state/home.ts';
import type { Parcel } from './upload.ts';

/** Bytes kept for going on after a reload, of one file and of all; what is larger is asked for again. */
const maxFileBytes = 256 * 1_000_000;
const maxKeptBytes = 512 * 1_000_000;
/** The server gives up what is older. */
const maxAgeMs = 24 * 3_600_000;

interface KeptParcel extends Parcel {
  user: number;
}

/** What waits to be sent, kept on this device over a reload: its list, and the bytes as far as there is room. */
export class UploadStore {
  readonly #user: number;
  #database: Promise<IDBDatabase> | undefined;
  #keptBytes = 0;

  constructor(user: number) {
    this.#user = user;
  }

  /** Parcels of this user, the oldest first; what is too old is gone. */
  async parcels(): Promise<Parcel[]> {
    const all = (await this.#do('parcels', 'readonly', (store) => store.getAll())) as KeptParcel[];
    const old = all.filter(({ createdAt }) => Date.now() - createdAt > maxAgeMs);
    for (const parcel of old) await this.forget(parcel);
    const kept = all.filter((parcel) => parcel.user === this.#user && !old.includes(parcel));
    this.#keptBytes = kept.flatMap(({ uploads }) => uploads).reduce((sum, { bytes }) => sum + bytes, 0);
    return kept.sort((one, other) => one.createdAt - other.createdAt);
  }

  async keep(parcel: Parcel): Promise<void> {
    const kept: KeptParcel = { ...parcel, user: this.#user };
    await this.#do('parcels', 'readwrite', (store) => store.put(kept, parcel.id));
  }

  async forget(parcel: Parcel): Promise<void> {
    await this.#do('parcels', 'readwrite', (store) => store.delete(parcel.id));
    for (const { id, bytes } of parcel.uploads) await this.forgetBytes(id, bytes);
  }

  /** False when there is no room for them. */
  async keepBytes(id: string, file: Blob): Promise<boolean> {
    if (file.size > maxFileBytes || this.#keptBytes + file.size > maxKeptBytes) return false;
    this.#keptBytes += file.size;
    try {
      const { quota = 0, usage = 0 } = (await navigator.storage?.estimate?.()) ?? {};
      if (quota > 0 && quota - usage < 2 * file.size) throw new Error('no room');
      await this.#do('bytes', 'readwrite', (store) => store.put(file, id));
      return true;
    } catch {
      this.#keptBytes -= file.size;
      return false;
    }
  }

  async bytes(id: string): Promise<Blob | undefined> {
    try {
      return (await this.#do('bytes', 'readonly', (store) => store.get(id))) as Blob | undefined;
    } catch {
      return undefined;
    }
  }

  async forgetBytes(id: string, bytes: number): Promise<void> {
    this.#keptBytes = Math.max(0, this.#keptBytes - bytes);
    await this.#do('bytes', 'readwrite', (store) => store.delete(id));
  }

  /** Forgets everything, of whichever user: who logs out leaves nothing. */
  async clear(): Promise<void> {
    for (const name of ['parcels', 'bytes'] as const)
      await this.#do(name, 'readwrite', (store) => store.clear()).catch(() => {});
  }

  async close(): Promise<void> {
    (await this.#database?.catch(() => undefined))?.close();
    this.#database = undefined;
  }

  #open(): Promise<IDBDatabase> {
    this.#database ??= new Promise<IDBDatabase>((resolve, reject) => {
      const request = indexedDB.open(ownName('berth-uploads'), 1);
      request.onupgradeneeded = () => {
        request.result.createObjectStore('parcels');
        request.result.createObjectStore('bytes');
      };
      request.onsuccess = () => {
        // Another tab logs out: it is to be deleted.
        request.result.onversionchange = () => request.result.close();
        resolve(request.result);
      };
      request.onerror = () => reject(request.error);
    }).catch((error: unknown) => {
      this.#database = undefined;
      throw error;
    });
    return this.#database;
  }

  async #do(
    name: 'parcels' | 'bytes',
    mode: IDBTransactionMode,
    act: (store: IDBObjectStore) => IDBRequest,
  ): Promise<unknown> {
    const database = await this.#open();
    return new Promise((resolve, reject) => {
      const transaction = database.transaction(name, mode);
      const request = act(transaction.objectStore(name));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error);
      transaction.onerror = () => reject(transaction.error);
    });
  }
}
