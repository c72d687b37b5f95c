import { createWriteStream } from 'node:fs';
import { access, constants, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { FileStore } from '@tus/file-store';
import { ERRORS } from '@tus/server';
import { type FileStorage, type FileVariant, fileVariants, isStorageAway } from './file-storage.ts';
import { releasingWrites } from './releasing-writes.ts';

/** Written at once: larger pieces cost memory for each upload, smaller ones turns of the event loop. */
const writeBytes = 262_144;

/** Uploads as they are being written, in two levels of folders. */
class DiskUploads extends FileStore {
  /** As the library's, with larger pieces, and telling a full disk from what a client did. */
  override async write(stream: Readable, id: string, offset: number): Promise<number> {
    let received = 0;
    stream.on('data', (chunk: Buffer) => (received += chunk.length));
    const file = createWriteStream(join(this.directory, id), {
      flags: 'r+',
      start: offset,
      highWaterMark: writeBytes,
      fs: releasingWrites,
    });
    try {
      await pipeline(stream, file);
    } catch (error) {
      if (isStorageAway(error)) throw error;
      throw ERRORS.FILE_WRITE_ERROR;
    }
    return offset + received;
  }
}

/** Files below one folder, for one process: `uploads/ID` with tus's own note beside it, `previews/ID.VARIANT`. */
export class DiskStorage implements FileStorage {
  readonly uploads: FileStore;
  readonly scratch: string;
  readonly #uploads: string;
  readonly #previews: string;

  constructor(folder: string, expiryMs: number) {
    this.#uploads = join(folder, 'uploads');
    this.#previews = join(folder, 'previews');
    this.scratch = join(folder, 'scratch');
    this.uploads = new DiskUploads({
      directory: this.#uploads,
      expirationPeriodInMilliseconds: expiryMs,
    });
  }

  async prepare(): Promise<void> {
    await Promise.all(
      [this.#uploads, this.#previews].map((path) => mkdir(path, { recursive: true, mode: 0o700 })),
    );
    // What a killed process was making.
    await rm(this.scratch, { recursive: true, force: true });
    await mkdir(this.scratch, { recursive: true, mode: 0o700 });
  }

  async read(
    file: string,
    offset: number,
    bytes: number,
    variant: FileVariant = 'original',
  ): Promise<Buffer> {
    const handle = await open(this.#path(file, variant));
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(bytes), 0, bytes, offset);
      return buffer.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  }

  async sizeOf(file: string, variant: FileVariant): Promise<number | undefined> {
    try {
      return (await stat(this.#path(file, variant))).size;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  async open(file: string): Promise<{ path: string; done(): Promise<void> }> {
    return { path: this.#path(file, 'original'), done: async () => {} };
  }

  async put(file: string, variant: FileVariant, path: string): Promise<void> {
    await rename(path, this.#path(file, variant));
  }

  async remove(file: string): Promise<void> {
    const paths = fileVariants.map((variant) => this.#path(file, variant));
    const note = join(this.#uploads, `${file}.json`);
    await Promise.all([...paths, note].map((path) => rm(path, { force: true })));
  }

  async content(file: string, variant: FileVariant): Promise<{ path: string }> {
    return { path: this.#path(file, variant) };
  }

  async check(): Promise<void> {
    await access(this.#uploads, constants.W_OK);
  }

  #path(file: string, variant: FileVariant): string {
    return variant === 'original' ? join(this.#uploads, file) : join(this.#previews, `${file}.${variant}`);
  }
}
