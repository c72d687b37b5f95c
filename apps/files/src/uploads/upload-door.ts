import { AsyncLocalStorage } from 'node:async_hooks';
import { createHash, randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { BerthError, errorTable, toBerthError } from '@berth/wire';
import { type CancellationContext, ERRORS, type Lock, Server, type Upload } from '@tus/server';
import type { Pace } from '../pace/pace.ts';
import { PacedBody } from '../pace/paced-body.ts';
import { type FileStorage, isStorageAway, readAll } from '../storage/file-storage.ts';
import type { MysqlFileStore } from '../stores/mysql-file-store.ts';
import { tidyFileName } from './file-name.ts';
import type { UploadLocks } from './upload-locks.ts';

export interface UploadDoorOptions {
  storage: FileStorage;
  files: MysqlFileStore;
  locks: UploadLocks;
  pace: Pace;
  /** Path of uploads as clients see it. */
  publicPath: string;
  maxBytes: number;
  /** Of an upload that is whole. */
  onUploaded(owner: number, id: string): void;
  /** What is no client's fault. */
  onFault(error: unknown): void;
}

interface Visit {
  user: number;
  request: IncomingMessage;
  /** The file that it began. */
  begun?: string;
}

/** A request with a checksum is kept in memory until it is known to be right: of these so many bytes, and so many at a time. */
const maxCheckedBytes = 16 * 1_048_576;
const maxChecked = 8;
/** Bodies that are read at a time: of each some hundred KB may lie in memory. */
const maxWriting = 1_000;
const algorithms = ['sha1', 'sha256', 'md5'];

/** Uploads by tus: the library speaks it, this says whose they are, what they may be, and reads them off the connection. */
export class UploadDoor {
  readonly #options: UploadDoorOptions;
  readonly #tus: Server;
  readonly #visits = new AsyncLocalStorage<Visit>();
  #checked = 0;
  #writing = 0;

  constructor(options: UploadDoorOptions) {
    this.#options = options;
    const { storage, locks, publicPath, maxBytes } = options;
    storage.uploads.extensions = [
      'creation',
      'creation-with-upload',
      'checksum',
      'expiration',
      'termination',
    ];
    this.#tus = new Server({
      path: '/v1/uploads',
      datastore: storage.uploads,
      locker: locks,
      lockDrainTimeout: 300,
      maxSize: maxBytes,
      namingFunction: () => randomBytes(16).toString('base64url'),
      generateUrl: (_, { id }) => `${publicPath}/v1/uploads/${id}`,
      getFileIdFromRequest: (_, last) => (last !== undefined && /^[\w-]{22}$/.test(last) ? last : undefined),
      onIncomingRequest: (request, id) => this.#admit(request.method, id),
      onUploadCreate: (_, upload) => this.#create(upload),
      onUploadFinish: async (_, { id }) => {
        await this.#finish(this.#visit.user, id);
        return {};
      },
      onResponseError: (_, error) => this.#refusalOf(error),
    });
    // The library reads requests as web streams, at a third of the speed.
    const write: WriteToStore = (_, upload, max, context) => this.#write(upload, max, context);
    for (const handler of [this.#tus.handlers.PATCH, this.#tus.handlers.POST])
      Object.assign(handler, { writeToStore: write });
  }

  get #visit(): Visit {
    return this.#visits.getStore()!;
  }

  async handle(user: number, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const asked = new Request(new URL(request.url!, 'http://files'), {
      method: request.method!,
      headers: request.headers as Record<string, string>,
    });
    const visit: Visit = { user, request };
    const answer = await this.#visits.run(visit, () => this.#tus.handleWeb(asked));
    // Nobody was told of it.
    if (answer.status >= 400 && visit.begun !== undefined) await this.#undo(user, visit.begun);
    for (const [name, value] of answer.headers)
      if (!name.startsWith('access-control-')) response.setHeader(name, value);
    const body = await answer.text();
    if (request.method === 'OPTIONS') response.setHeader('tus-checksum-algorithm', algorithms.join(','));
    if (body.startsWith('{')) response.setHeader('content-type', 'application/json');
    // What is left of a refused body is not read.
    if (!request.complete && request.method !== 'HEAD') response.setHeader('connection', 'close');
    response.statusCode = answer.status;
    response.end(body === '' ? undefined : body);
  }

  /** Holds an upload for who is not writing it. */
  async hold(id: string): Promise<Lock> {
    const lock = this.#options.locks.newLock(id);
    await lock.lock(AbortSignal.timeout(20_000), () => {});
    return lock;
  }

  /** Notes an upload as whole when it is: the process that took its last bytes may have died before it could. */
  async look(owner: number, id: string): Promise<void> {
    const { size, offset } = await this.#options.storage.uploads.getUpload(id);
    if (size === offset) await this.#finish(owner, id);
  }

  async #finish(owner: number, id: string): Promise<void> {
    if (await this.#options.files.uploaded(owner, id, Date.now())) this.#options.onUploaded(owner, id);
  }

  /** What cannot be undone now is deleted by the sweep. */
  async #undo(owner: number, id: string): Promise<void> {
    const { files, storage, onFault } = this.#options;
    try {
      const file = await files.find(owner, id);
      if (file === undefined || !(await files.doom(file, Date.now()))) return;
      await storage.remove(id);
      await files.forget(owner, id);
    } catch (error) {
      onFault(error);
    }
  }

  /** Another's upload is none. */
  async #admit(method: string, id: string): Promise<void> {
    if (method === 'POST') return;
    const file = await this.#options.files.find(this.#visit.user, id);
    if (file === undefined || file.state === 'going') throw ERRORS.FILE_NOT_FOUND;
    if (method === 'PATCH' && file.state !== 'uploading') throw ERRORS.INVALID_OFFSET;
  }

  async #create(upload: Upload): Promise<{ metadata: Record<string, string> }> {
    const { name, original } = upload.metadata ?? {};
    if (upload.size === undefined) throw new BerthError('bad_request', 'Upload-Length is needed.');
    if (!name) throw new BerthError('bad_request', 'Upload-Metadata needs a name.');
    await this.#options.files.begin(
      {
        ...{ owner: this.#visit.user, id: upload.id, name: tidyFileName(name) },
        ...{ declared: upload.size, asItIs: original !== undefined },
      },
      Date.now(),
    );
    this.#visit.begun = upload.id;
    return { metadata: {} };
  }

  /**
   * Writes what comes of the request's body, also when the connection breaks: a resumed upload goes on from there. Answers with
   * the new offset.
   */
  async #write(upload: Upload, max: number, context: CancellationContext): Promise<number> {
    const { request } = this.#visit;
    const { storage, pace } = this.#options;
    if (context.signal.aborted) throw ERRORS.ABORTED;
    if (this.#writing >= maxWriting) throw new BerthError('unavailable', undefined, { retryAfterMs: 2_000 });
    this.#writing++;
    const lane = pace.enter();
    const body = new PacedBody(max, lane);
    const end = () => {
      request.unpipe(body);
      body.end();
    };
    const onClose = () => request.complete || end();
    request.once('error', end).once('close', onClose);
    context.signal.addEventListener('abort', end);
    request.pipe(body);
    try {
      const checksum = request.headers['upload-checksum'];
      if (checksum === undefined)
        return await pipeline(body, (source) =>
          storage.uploads.write(source as Readable, upload.id, upload.offset),
        );
      const bytes = await this.#checkedBytes(body, String(checksum), () => request.complete);
      return await storage.uploads.write(Readable.from([bytes]), upload.id, upload.offset);
    } finally {
      this.#writing--;
      lane.leave();
      request.off('error', end).off('close', onClose);
      // An error of a connection that broke is nobody's.
      request.on('error', () => {});
      context.signal.removeEventListener('abort', end);
    }
  }

  async #checkedBytes(body: Readable, checksum: string, isWhole: () => boolean): Promise<Buffer> {
    const [algorithm = '', wanted = ''] = checksum.split(' ');
    if (!algorithms.includes(algorithm))
      throw new BerthError('bad_request', `Upload-Checksum takes ${algorithms.join(', ')}.`);
    if (this.#checked >= maxChecked) throw new BerthError('unavailable', undefined, { retryAfterMs: 1_000 });
    this.#checked++;
    try {
      const bytes = await readAll(body, maxCheckedBytes);
      if (!isWhole()) throw ERRORS.ABORTED;
      const found = createHash(algorithm).update(bytes).digest('base64');
      if (found !== wanted) throw { status_code: 460, body: 'Checksum Mismatch\n' };
      return bytes;
    } catch (error) {
      if (error instanceof RangeError)
        throw new BerthError('too_large', 'A request with a checksum has at most 16 MiB.');
      throw error;
    } finally {
      this.#checked--;
    }
  }

  /** What the table has is told as by every other door; the rest is tus's. */
  #refusalOf(error: unknown): { status_code: number; body: string } | undefined {
    const { status_code } = error as { status_code?: number };
    if (!(error instanceof BerthError) && status_code !== undefined && status_code !== 500) return undefined;
    const known = isStorageAway(error)
      ? new BerthError('unavailable', 'Files cannot be stored now.', { retryAfterMs: 5_000, cause: error })
      : toBerthError(error);
    if (errorTable[known.code].http >= 500) this.#options.onFault(error);
    return { status_code: errorTable[known.code].http, body: JSON.stringify({ error: known.toWire() }) };
  }
}

type WriteToStore = (
  stream: unknown,
  upload: Upload,
  max: number,
  context: CancellationContext,
) => Promise<number>;
