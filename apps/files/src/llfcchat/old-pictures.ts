import { randomBytes } from 'node:crypto';
import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isMadeJpegForOld } from '@berth/wire/old-files';
import { maxPictureBytes } from '../media/file-processor.ts';
import { type PicturePool, PoolFullError } from '../media/picture-pool.ts';
import { type FileStorage, isStorageAway } from '../storage/file-storage.ts';
import type { MysqlFileStore, StoredFile } from '../stores/mysql-file-store.ts';

export interface OldPicturesOptions {
  storage: FileStorage;
  files: Pick<MysqlFileStore, 'find'>;
  pool: PicturePool;
  maxPixels: number;
}

/** A picture as such a client is given it. */
export interface ShownPicture {
  bytes: number;
  read(offset: number, bytes: number): Promise<Buffer>;
}

/** Pixels of the longer side, as the larger preview of other clients has. */
const side = 1_280;
/** They are asked for chunk by chunk: of so many it is remembered what was found, the latest. */
const maxKnown = 1_000;

/**
 * Pictures of conversations for clients whose Qt need not know newer types, WebP before all: a JPEG beside the previews, made when the
 * first of them asks.
 */
export class OldPictures {
  readonly #options: OldPicturesOptions;
  /** Bytes of the JPEG by the file's id; undefined: none can be made. */
  readonly #known = new Map<string, Promise<number | undefined>>();

  constructor(options: OldPicturesOptions) {
    this.#options = options;
  }

  /** Rejects while it cannot be made, or read, and may be later. */
  async shown(file: StoredFile): Promise<ShownPicture> {
    const { storage } = this.#options;
    const plain = isMadeJpegForOld(file.type) ? await this.#sizeOf(file) : undefined;
    return {
      bytes: plain ?? file.bytes,
      read: (offset, bytes) =>
        storage.read(file.id, offset, bytes, plain === undefined ? 'original' : 'plain'),
    };
  }

  #sizeOf(file: StoredFile): Promise<number | undefined> {
    const size = this.#known.get(file.id) ?? this.#find(file);
    this.#known.delete(file.id);
    this.#known.set(file.id, size);
    size.catch(() => this.#known.delete(file.id));
    if (this.#known.size > maxKnown) this.#known.delete(this.#known.keys().next().value!);
    return size;
  }

  async #find(file: StoredFile): Promise<number | undefined> {
    const there = await this.#options.storage.sizeOf(file.id, 'plain');
    if (there !== undefined || file.bytes > maxPictureBytes) return there;
    try {
      return await this.#make(file);
    } catch (error) {
      if (error instanceof PoolFullError || isStorageAway(error)) throw error;
      // What cannot be looked into is given as it is: its sender has it so.
      return undefined;
    }
  }

  async #make({ owner, id }: StoredFile): Promise<number> {
    const { storage, files, pool, maxPixels } = this.#options;
    const plain = join(storage.scratch, `${randomBytes(8).toString('hex')}.jpg`);
    const opened = await storage.open(id);
    try {
      await pool.makePlain({ path: opened.path, maxPixels, side, as: 'jpeg', plain });
      const { size } = await stat(plain);
      await storage.put(id, 'plain', plain, 'image/jpeg');
      // Deleted meanwhile, it would be left: whoever deletes says so before the bytes go.
      if ((await files.find(owner, id))?.state !== 'ready') await storage.remove(id);
      return size;
    } finally {
      await opened.done();
      await rm(plain, { force: true });
    }
  }
}
