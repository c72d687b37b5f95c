import { randomBytes } from 'node:crypto';
import { copyFile, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '@berth/telemetry';
import { type FileStorage, isStorageAway } from '../storage/file-storage.ts';
import type { FileFindings, MysqlFileStore, StoredFile } from '../stores/mysql-file-store.ts';
import { heicMetadata, isHeic } from './heic-metadata.ts';
import { mediaTypeOf, typeBytes } from './media-type.ts';
import { type PicturePool, PoolFullError } from './picture-pool.ts';
import { isWholeMedia } from './whole-media.ts';

export interface FileProcessorOptions {
  files: MysqlFileStore;
  storage: FileStorage;
  pool: PicturePool;
  maxPixels: number;
  log: Log;
  onProcessed(outcome: 'ok' | 'unreadable' | 'failed', seconds: number): void;
}

/** Larger pictures are not looked into. */
export const maxPictureBytes = 256 * 1_048_576;
/** Files looked into at a time, most of which wait for a picture's process. */
const maxAtOnce = 64;

/** Finds what is in a file that was uploaded, and makes it ready. Doing it twice changes nothing. */
export class FileProcessor {
  readonly #options: FileProcessorOptions;
  readonly #running = new Map<string, Promise<void>>();

  constructor(options: FileProcessorOptions) {
    this.#options = options;
  }

  get running(): number {
    return this.#running.size;
  }

  /** Resolves when the file is ready, or when it is not to be made so now: the sweep asks again. */
  process(owner: number, id: string): Promise<void> {
    const running = this.#running.get(id);
    if (running !== undefined) return running;
    if (this.#running.size >= maxAtOnce) return Promise.resolve();
    const work = this.#process(owner, id).finally(() => this.#running.delete(id));
    this.#running.set(id, work);
    return work;
  }

  async close(): Promise<void> {
    this.#options.pool.close();
    await Promise.allSettled(this.#running.values());
  }

  async #process(owner: number, id: string): Promise<void> {
    const { files, log, onProcessed } = this.#options;
    const began = performance.now();
    const seconds = () => (performance.now() - began) / 1_000;
    try {
      const file = await files.find(owner, id);
      if (file?.state !== 'processing') return;
      const { findings, isReadable } = await this.#findingsOf(file);
      if (!(await files.ready(file, findings, Date.now()))) await this.#tidy(owner, id);
      onProcessed(isReadable ? 'ok' : 'unreadable', seconds());
    } catch (err) {
      log.warn({ err, file: id }, 'a file could not be looked into, and is tried again');
      onProcessed('failed', seconds());
      await this.#tidy(owner, id).catch(() => {});
    }
  }

  /** What was put beside a file that has been deleted meanwhile, or in its place: whoever deletes says so before the bytes go. */
  async #tidy(owner: number, id: string): Promise<void> {
    const { files, storage } = this.#options;
    const file = await files.find(owner, id);
    if (file === undefined || file.state === 'going') await storage.remove(id);
  }

  async #findingsOf(file: StoredFile): Promise<{ findings: FileFindings; isReadable: boolean }> {
    const { storage, log } = this.#options;
    const { declared: bytes } = file;
    const media = await mediaTypeOf(
      bytes === 0 ? Buffer.alloc(0) : await storage.read(file.id, 0, typeBytes),
    );
    if (isHeic(media.type) && !file.asItIs && bytes <= maxPictureBytes)
      await this.#takeOutOfHeic(file, media.type);
    if (media.kind !== 'image') {
      const read = (offset: number, count: number) => storage.read(file.id, offset, count);
      // A player would wait for what never comes: it can be saved.
      if (await isWholeMedia(media.type, bytes, read))
        return { findings: { ...media, bytes }, isReadable: true };
      return { findings: { kind: 'file', type: media.type, bytes }, isReadable: false };
    }
    try {
      if (bytes > maxPictureBytes) throw new Error('too many bytes');
      return { findings: { ...media, bytes, ...(await this.#look(file, media.type)) }, isReadable: true };
    } catch (error) {
      if (error instanceof PoolFullError || isStorageAway(error)) throw error;
      // A broken picture, or one that would break who looks at it: it can be saved.
      log.info({ err: error, file: file.id }, 'a picture is taken for a plain file');
      return { findings: { kind: 'file', type: media.type, bytes }, isReadable: false };
    }
  }

  /** Nothing here can open it, and others can: what it says besides the picture is overwritten where it stands. */
  async #takeOutOfHeic({ id, declared }: StoredFile, type: string): Promise<void> {
    const { storage, log } = this.#options;
    try {
      const extents = await heicMetadata((offset, bytes) => storage.read(id, offset, bytes), declared);
      if (extents.length === 0) return;
      const path = join(storage.scratch, `${randomBytes(8).toString('hex')}.heic`);
      const opened = await storage.open(id);
      try {
        await copyFile(opened.path, path);
        const copy = await open(path, 'r+');
        try {
          for (const { offset, length } of extents) await copy.write(Buffer.alloc(length), 0, length, offset);
        } finally {
          await copy.close();
        }
        await storage.put(id, 'original', path, type);
      } finally {
        await opened.done();
        await rm(path, { force: true });
      }
    } catch (err) {
      if (!(err instanceof RangeError)) throw err;
      log.info({ err, file: id }, 'a picture cannot be made sense of, and stays as it is');
    }
  }

  async #look(
    { id, asItIs }: StoredFile,
    type: string,
  ): Promise<Omit<FileFindings, 'kind' | 'type' | 'bytes'> & { bytes?: number }> {
    const { storage, pool, maxPixels } = this.#options;
    const scratch = join(storage.scratch, randomBytes(8).toString('hex'));
    const paths = { small: `${scratch}.small`, large: `${scratch}.large`, clean: `${scratch}.clean` };
    const opened = await storage.open(id);
    try {
      const { clean, ...previewPaths } = paths;
      const found = await pool.look({
        ...{ path: opened.path, type, maxPixels, ...previewPaths, ...(!asItIs && { clean }) },
      });
      const { width, height, previews, cleanBytes } = found;
      if (previews)
        for (const variant of ['small', 'large'] as const)
          await storage.put(id, variant, paths[variant], 'image/webp');
      // Last: whoever does this again finds nothing more to take out.
      if (cleanBytes !== undefined) await storage.put(id, 'original', clean, type);
      const thumbhash = Buffer.from(found.thumbhash, 'base64url');
      return { width, height, previews, thumbhash, ...(cleanBytes !== undefined && { bytes: cleanBytes }) };
    } finally {
      await opened.done();
      await Promise.all(Object.values(paths).map((path) => rm(path, { force: true })));
    }
  }
}
