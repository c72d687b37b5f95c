import { BerthError } from '@berth/client';
import { DetailedError, Upload as TusUpload } from 'tus-js-client';
import { refusalOf } from './offer.ts';

/** After a failure that may pass it is tried again after these, jittered; then by the user, or when the network is back. */
const delaysMs = [500, 1_500, 4_000, 8_000];

export interface Transfer {
  /** The address of the whole upload. Rejects with BerthError. */
  readonly done: Promise<string>;
  /** Stops, so that `done` rejects; what has come there stays there. */
  stop(): Promise<void>;
}

/** Sends the bytes of a file by tus, from where an earlier try ended. */
export function transfer(
  file: Blob,
  {
    endpoint,
    url,
    metadata,
    token,
    onUrl,
    onProgress,
  }: {
    endpoint: string;
    /** Of an earlier try. */
    url: string | undefined;
    metadata: Record<string, string>;
    token: () => string | undefined;
    onUrl: (url: string) => void;
    onProgress: (sent: number) => void;
  },
): Transfer {
  let upload: TusUpload;
  let refuse: (error: BerthError) => void;
  const done = new Promise<string>((resolve, reject) => {
    refuse = reject;
    upload = new TusUpload(file, {
      endpoint,
      uploadUrl: url ?? null,
      metadata,
      storeFingerprintForResuming: false,
      retryDelays: delaysMs.map((delay) => delay * (0.5 + Math.random())),
      onBeforeRequest: (request) => request.setHeader('authorization', `Bearer ${token()}`),
      onUploadUrlAvailable: () => upload.url && onUrl(upload.url),
      onProgress,
      onSuccess: () => resolve(upload.url!),
      onError: (error) => reject(asRefusal(error)),
    });
    upload.start();
  });
  return {
    done,
    stop: () => {
      // The library says nothing of an end that was asked for.
      refuse(new BerthError('unavailable', 'The upload was stopped.'));
      return upload.abort(false);
    },
  };
}

function asRefusal(error: Error): BerthError {
  const answer = error instanceof DetailedError ? error.originalResponse : undefined;
  if (!answer) return new BerthError('unavailable', undefined, { cause: error });
  return refusalOf(answer.getStatus(), answer.getBody() ?? '');
}
