import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { chunkBytes, OldRefusal, oldErrors } from './old-ids.ts';

export interface OldUploadOptions {
  owner: number;
  /** The file that it becomes. */
  file: string;
  name: string;
  /** Hex, lower case. */
  md5: string;
  totalBytes: number;
  /** Where its bytes gather. */
  path: string;
  /** Tells chat of the file, once it is whole. */
  tell(file: string): Promise<void>;
}

/** A file as it comes in chunks, each of which knows its place, and may come twice. */
export class OldUpload {
  readonly options: OldUploadOptions;
  readonly #isThere: Uint8Array;
  #missing: number;
  touchedAt = performance.now();

  constructor(options: OldUploadOptions) {
    this.options = options;
    this.#missing = Math.ceil(options.totalBytes / chunkBytes);
    this.#isThere = new Uint8Array(this.#missing);
  }

  get isWhole(): boolean {
    return this.#missing === 0;
  }

  /** Throws OldRefusal for what has no place in it, and the disk's own errors. */
  async write({ seq, total_size, data }: { seq: number; total_size: number; data: string }): Promise<void> {
    const { totalBytes, path } = this.options;
    this.touchedAt = performance.now();
    if (seq > this.#isThere.length)
      throw new OldRefusal(oldErrors.wrongSeq, `chunk ${seq} is behind the end`);
    const offset = (seq - 1) * chunkBytes;
    const bytes = Buffer.from(data, 'base64');
    if (total_size !== totalBytes || bytes.length !== Math.min(chunkBytes, totalBytes - offset))
      throw new OldRefusal(oldErrors.wrongOffset, `chunk ${seq} of ${bytes.length} bytes does not fit`);
    const file = await open(path, this.#missing === this.#isThere.length ? 'w' : 'r+', 0o600);
    try {
      await file.write(bytes, 0, bytes.length, offset);
    } finally {
      await file.close();
    }
    if (this.#isThere[seq - 1] === 0) this.#missing--;
    this.#isThere[seq - 1] = 1;
  }

  /** Throws OldRefusal when the bytes are others than were announced. */
  async check(): Promise<void> {
    const hash = createHash('md5');
    await pipeline(createReadStream(this.options.path), hash);
    if (hash.digest('hex') !== this.options.md5)
      throw new OldRefusal(oldErrors.wrongOffset, 'the checksum is another one');
  }
}
