import { randomBytes } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { PicturePool } from '../media/picture-pool.ts';
import type { FileStorage } from '../storage/file-storage.ts';
import type { StoredFile } from '../stores/mysql-file-store.ts';

export interface OldIconsOptions {
  storage: FileStorage;
  pool: PicturePool;
  maxPixels: number;
}

/** Such clients show icons of some 100 pixels. With this a PNG has at most 256 KiB and a bit. */
const side = 256;
/** They are asked for chunk by chunk: so many are remembered, the latest. */
const maxKept = 32;

/** Pictures of people for clients that may know none of the newer types, WebP before all, which browsers make of icons. */
export class OldIcons {
  readonly #options: OldIconsOptions;
  readonly #kept = new Map<string, Promise<Buffer>>();

  constructor(options: OldIconsOptions) {
    this.#options = options;
  }

  pngOf(file: StoredFile): Promise<Buffer> {
    const png = this.#kept.get(file.id) ?? this.#make(file);
    this.#kept.delete(file.id);
    this.#kept.set(file.id, png);
    png.catch(() => this.#kept.delete(file.id));
    if (this.#kept.size > maxKept) this.#kept.delete(this.#kept.keys().next().value!);
    return png;
  }

  async #make({ id }: StoredFile): Promise<Buffer> {
    const { storage, pool, maxPixels } = this.#options;
    const png = join(storage.scratch, `${randomBytes(8).toString('hex')}.png`);
    const opened = await storage.open(id);
    try {
      await pool.makePlain({ path: opened.path, maxPixels, side, as: 'png', plain: png });
      return await readFile(png);
    } finally {
      await opened.done();
      await rm(png, { force: true });
    }
  }
}
