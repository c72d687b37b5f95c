import { randomBytes } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileProcessor } from '../media/file-processor.ts';
import type { FileStorage } from '../storage/file-storage.ts';
import type { MysqlFileStore } from '../stores/mysql-file-store.ts';
import { OldRefusal, oldErrors } from './old-ids.ts';
import { OldUpload, type OldUploadOptions } from './old-upload.ts';

export interface OldUploadsOptions {
  files: MysqlFileStore;
  storage: FileStorage;
  processor: FileProcessor;
  /** Of one file. */
  maxBytes: number;
  onFault(error: unknown): void;
}

/** Of one connection, and of all of them. */
const limits = { peer: 50, all: 1_000 };

/** Uploads of llfcchat clients: they gather here and become files once they are whole; with their connection they are gone. */
export class OldUploads {
  readonly #options: OldUploadsOptions;
  readonly #folder: string;
  #open = 0;

  constructor(options: OldUploadsOptions) {
    this.#options = options;
    this.#folder = join(options.storage.scratch, 'llfcchat');
  }

  get open(): number {
    return this.#open;
  }

  /** What a killed process has left is nobody's any more. */
  async prepare(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
  }

  /** Begins one, among the others of its connection. Throws OldRefusal, and the BerthError of a limit. */
  async begin(
    mine: Map<string, OldUpload>,
    key: string,
    { owner, name, md5, totalBytes, tell }: Omit<OldUploadOptions, 'file' | 'path'>,
  ): Promise<OldUpload> {
    const { files, maxBytes } = this.#options;
    await this.drop(mine, key);
    if (totalBytes > maxBytes) throw new OldRefusal(oldErrors.cannotWrite, `at most ${maxBytes} bytes`);
    if (mine.size >= limits.peer || this.#open >= limits.all)
      throw new OldRefusal(oldErrors.cannotWrite, 'too many uploads are open');
    const file = randomBytes(16).toString('base64url');
    const upload = new OldUpload({
      owner,
      file,
      name,
      md5,
      totalBytes,
      tell,
      path: join(this.#folder, file),
    });
    mine.set(key, upload);
    this.#open++;
    try {
      await files.begin({ owner, id: file, name, declared: totalBytes, asItIs: false }, Date.now());
    } catch (error) {
      this.#forget(mine, key);
      throw error;
    }
    return upload;
  }

  /** All its chunks are there: it becomes a file. Throws OldRefusal when they are not what was announced. */
  async finish(mine: Map<string, OldUpload>, key: string, upload: OldUpload): Promise<void> {
    const { files, storage, processor } = this.#options;
    const { owner, file, path } = upload.options;
    await upload.check();
    await storage.put(file, 'original', path, 'application/octet-stream');
    await files.uploaded(owner, file, Date.now());
    await upload.options.tell(file);
    this.#forget(mine, key);
    void processor.process(owner, file);
  }

  /** Nothing of it is left; what cannot be deleted now the sweep finds. */
  async drop(mine: Map<string, OldUpload>, key: string): Promise<void> {
    const { files, storage, onFault } = this.#options;
    const upload = mine.get(key);
    if (upload === undefined) return;
    this.#forget(mine, key);
    const { owner, file, path } = upload.options;
    try {
      await rm(path, { force: true });
      const known = await files.find(owner, file);
      if (known?.state !== 'uploading' || !(await files.doom(known, Date.now()))) return;
      await storage.remove(file);
      await files.forget(owner, file);
    } catch (error) {
      onFault(error);
    }
  }

  #forget(mine: Map<string, OldUpload>, key: string): void {
    if (mine.delete(key)) this.#open--;
  }
}
