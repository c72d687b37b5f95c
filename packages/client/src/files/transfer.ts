import { BerthError } from '@berth/wire';
import { type DetailedError, Upload } from 'tus-js-client';
import { errorOf } from './files-error.ts';
import { bytesOf, sourceReader, type UploadSource } from './upload-source.ts';

export interface TransferOptions {
  /** Where uploads begin. */
  endpoint: string;
  /** Where an earlier try was on; undefined: it begins. */
  url: string | undefined;
  metadata: Record<string, string>;
  /** Asked anew for each request: a session may have been renewed. Throws BerthError where there is none. */
  token(): string;
  /** Bytes of one request, which are in memory. Default 16 MiB. */
  chunkBytes?: number;
  /** Milliseconds after which a failure that may pass is tried again, one after the other; jittered. Default: four, 14 s in all. */
  retryDelays?: readonly number[];
  /** It is known there under this address. */
  onUrl(url: string): void;
  onProgress(sentBytes: number): void;
  /** It failed, and is tried again. */
  onRetry?(): void;
}

export interface Transfer {
  /** The address of the whole upload. Rejects with BerthError. */
  readonly done: Promise<string>;
  /** Nothing more is sent from here on; what has come there stays there. `done` rejects. */
  stop(): void;
}

const defaults = { chunkBytes: 16 * 1_048_576, retryDelays: [500, 1_500, 4_000, 8_000] };

/** Sends bytes by tus, from where an earlier try ended. */
export function transfer(source: UploadSource, options: TransferOptions): Transfer {
  const { endpoint, url, metadata, token, onUrl, onProgress, onRetry } = options;
  const { chunkBytes = defaults.chunkBytes, retryDelays = defaults.retryDelays } = options;
  const { promise: done, resolve, reject } = Promise.withResolvers<string>();
  let isStopped = false;
  const upload = new Upload(source as Blob, {
    endpoint,
    metadata,
    fileReader: sourceReader,
    uploadUrl: url ?? null,
    uploadSize: bytesOf(source),
    chunkSize: chunkBytes,
    retryDelays: retryDelays.map((delay) => delay * (0.5 + Math.random())),
    storeFingerprintForResuming: false,
    onBeforeRequest(request) {
      // The library takes an end that came before its first request for undone.
      if (isStopped) throw stopped();
      request.setHeader('authorization', `Bearer ${token()}`);
    },
    onShouldRetry(error) {
      const retries = !isStopped && isPassing(error);
      if (retries) onRetry?.();
      return retries;
    },
    onUploadUrlAvailable: () => isStopped || onUrl(upload.url!),
    onProgress: (sent) => isStopped || onProgress(sent),
    onError: (error) => reject(berthErrorOf(error)),
    onSuccess: () => resolve(upload.url!),
  });
  upload.start();
  return {
    done,
    stop() {
      isStopped = true;
      // The library says nothing of an end that was asked for.
      reject(stopped());
      void upload.abort();
    },
  };
}

const stopped = (): BerthError => new BerthError('unavailable', 'The upload was stopped.');

/** Whether the same may go well in a moment. */
function isPassing(error: Error | DetailedError): boolean {
  if (causeOf(error) instanceof BerthError) return false;
  const status = 'originalResponse' in error ? error.originalResponse?.getStatus() : undefined;
  return status === undefined || status === 409 || status === 423 || status >= 500;
}

/** What lies below an error of tus, else the error itself. */
const causeOf = (thrown: unknown): unknown =>
  (thrown instanceof Error && 'causingError' in thrown && thrown.causingError) || thrown;

/** What a transfer, or what comes before it, failed by. */
export function berthErrorOf(thrown: unknown): BerthError {
  const cause = causeOf(thrown);
  if (cause instanceof BerthError) return cause;
  const response =
    thrown instanceof Error && 'originalResponse' in thrown
      ? (thrown as DetailedError).originalResponse
      : null;
  if (response) return errorOf(response.getStatus(), response.getBody());
  return new BerthError('unavailable', 'The server cannot be reached.', { cause: thrown });
}
