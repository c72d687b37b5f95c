import { BerthError } from '@berth/wire';
import type { FileAnswer } from '@berth/wire/files';
import { berthErrorOf, type Transfer, transfer } from './transfer.ts';
import { bytesOf, type UploadSource } from './upload-source.ts';

export interface UploadOptions {
  name: string;
  /** Nothing is to be taken out of a picture. */
  original?: boolean;
  /** Bytes of one request. Default 16 MiB. */
  chunkBytes?: number;
}

/** What is kept of an upload, so that it goes on after a reload. */
export interface SavedUpload {
  file: string;
}

/**
 * `paused` and `waiting` (for the network, tried again by itself) go on from where they were; `processing`: all is there and is being
 * looked at; `failed` may be resumed.
 */
export type UploadState =
  | 'uploading'
  | 'waiting'
  | 'paused'
  | 'processing'
  | 'ready'
  | 'failed'
  | 'cancelled';

export interface UploadProgress {
  state: UploadState;
  sentBytes: number;
  totalBytes: number;
  /** Of the last seconds; 0 while nothing moves. */
  bytesPerSecond: number;
}

export interface UploadPorts {
  url(): Promise<string>;
  token(): string;
  describe(file: string, waitMs: number): Promise<FileAnswer>;
  remove(file: string): Promise<void>;
}

const retryDelays = [500, 1_000, 2_000, 4_000, 8_000, 15_000, 30_000];
const processingWaitMs = 15_000;
const rateWindowMs = 3_000;

/** One file on its way up. */
export class FileUpload {
  readonly name: string;
  readonly totalBytes: number;
  readonly #source: UploadSource;
  readonly #options: UploadOptions;
  readonly #ports: UploadPorts;
  #ready = promised();
  readonly #listeners = new Set<(progress: UploadProgress) => void>();
  #transfer: Transfer | undefined;
  /** How often it was begun, or gone on with. */
  #starts = 0;
  #file: string | undefined;
  #state: UploadState = 'uploading';
  #sentBytes = 0;
  #samples: { at: number; bytes: number }[] = [];
  #error: BerthError | undefined;

  constructor(source: UploadSource, options: UploadOptions & { saved?: SavedUpload }, ports: UploadPorts) {
    this.name = options.name;
    this.totalBytes = bytesOf(source);
    this.#source = source;
    this.#options = options;
    this.#ports = ports;
    this.#file = options.saved?.file;
    void this.#start();
  }

  /** The file's id, once the server has given it. */
  get file(): string | undefined {
    return this.#file;
  }

  get error(): BerthError | undefined {
    return this.#error;
  }

  get progress(): UploadProgress {
    return {
      state: this.#state,
      sentBytes: this.#sentBytes,
      totalBytes: this.totalBytes,
      bytesPerSecond: this.#state === 'uploading' ? this.#rate() : 0,
    };
  }

  /** What to keep for `saved`; undefined while the server knows nothing of it. */
  saved(): SavedUpload | undefined {
    return this.#file === undefined ? undefined : { file: this.#file };
  }

  /** What can be attached. Rejects with BerthError once it has failed or was cancelled; after a `resume` of what has failed, ask anew. */
  whenReady(): Promise<FileAnswer> {
    return this.#ready.promise;
  }

  /** What is returned ends it. */
  onProgress(listener: (progress: UploadProgress) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  pause(): void {
    if (this.#state !== 'uploading' && this.#state !== 'waiting') return;
    this.#set('paused');
    this.#stop();
  }

  resume(): void {
    if (this.#state !== 'paused' && this.#state !== 'failed') return;
    // What was waited for has been rejected.
    if (this.#state === 'failed') this.#ready = promised();
    this.#error = undefined;
    void this.#start();
  }

  /** The server forgets it as well, when it can be reached. */
  cancel(): void {
    if (this.#state === 'ready' || this.#state === 'cancelled') return;
    this.#set('cancelled');
    this.#stop();
    if (this.#file !== undefined) this.#ports.remove(this.#file).catch(() => {});
    this.#ready.reject(new BerthError('not_found', 'The upload was cancelled.'));
  }

  async #start(): Promise<void> {
    this.#set('uploading');
    this.#samples = [];
    const start = ++this.#starts;
    try {
      const endpoint = `${await this.#ports.url()}/v1/uploads`;
      if (this.#state !== 'uploading' || start !== this.#starts) return;
      await this.#send(endpoint);
    } catch (error) {
      // What went on since is another one.
      if (start === this.#starts) this.#fail(error);
    }
  }

  async #send(endpoint: string): Promise<void> {
    const { name, original = false, chunkBytes } = this.#options;
    const moving = transfer(this.#source, {
      ...{ endpoint, retryDelays, metadata: { name, ...(original && { original: '1' }) } },
      ...(chunkBytes !== undefined && { chunkBytes }),
      // What a kept id leads to, wherever the service is now.
      url: this.#file === undefined ? undefined : `${endpoint}/${this.#file}`,
      token: () => this.#ports.token(),
      onUrl: (url) => {
        this.#file = new URL(url, endpoint).pathname.split('/').at(-1);
        this.#tell();
      },
      onProgress: (sent) => this.#moved(sent),
      onRetry: () => this.#state === 'uploading' && this.#set('waiting'),
    });
    this.#transfer = moving;
    try {
      await moving.done;
    } catch (error) {
      // Of one that was stopped nobody hears.
      if (this.#transfer !== moving) return;
      throw error;
    }
    await this.#uploaded();
  }

  #stop(): void {
    const moving = this.#transfer;
    this.#transfer = undefined;
    moving?.stop();
  }

  /** All bytes are there: it is looked at. */
  async #uploaded(): Promise<void> {
    if (this.#state === 'cancelled') return;
    this.#sentBytes = this.totalBytes;
    this.#set('processing');
    for (;;) {
      const answer = await this.#ports.describe(this.#file!, processingWaitMs);
      if ((this.#state as UploadState) === 'cancelled') return;
      if (answer.state !== 'ready') continue;
      this.#set('ready');
      this.#ready.resolve(answer);
      return;
    }
  }

  #moved(sent: number): void {
    const now = performance.now();
    this.#sentBytes = sent;
    this.#samples.push({ at: now, bytes: sent });
    while (this.#samples.length > 2 && now - this.#samples[0]!.at > rateWindowMs) this.#samples.shift();
    if (this.#state === 'waiting') this.#set('uploading');
    else this.#tell();
  }

  #rate(): number {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)];
    if (first === undefined || last === undefined || last.at - first.at < 100) return 0;
    return Math.max(0, Math.round(((last.bytes - first.bytes) / (last.at - first.at)) * 1_000));
  }

  #fail(thrown: unknown): void {
    if (this.#state === 'cancelled' || this.#state === 'paused') return;
    const error = berthErrorOf(thrown);
    // What the server has forgotten begins anew.
    if (error.code === 'not_found') this.#file = undefined;
    this.#error = error;
    this.#ready.reject(error);
    this.#set('failed');
  }

  #set(state: UploadState): void {
    this.#state = state;
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener(this.progress);
  }
}

/** That nobody waits for it is no fault. */
function promised(): PromiseWithResolvers<FileAnswer> {
  const ready = Promise.withResolvers<FileAnswer>();
  ready.promise.catch(() => {});
  return ready;
}
