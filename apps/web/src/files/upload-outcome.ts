import { type Attachment, BerthError } from '@berth/client';
import type { FileAnswer } from '@berth/wire/files';
import type { Upload, UploadProblem } from './upload.ts';

/** An upload as the next page takes it up. */
export function takenUp(upload: Upload, hasBytes: boolean): Upload {
  const { state, url, sent, bytes } = upload;
  if (state === 'ready' || state === 'paused')
    return hasBytes || state === 'ready' ? upload : { ...upload, state: 'missing' };
  if (state === 'failed' && upload.problem?.kind === 'server' && hasBytes) return upload;
  const isThere = hasBytes || (url !== undefined && sent >= bytes);
  return { ...upload, state: isThere ? 'waiting' : 'missing', bytesPerSecond: undefined };
}

export function attachmentOf(upload: Upload, answer: FileAnswer): Attachment {
  const { kind = 'file', type = 'application/octet-stream', width, height, thumbhash, previews } = answer;
  const isOwn = upload.original || kind === 'file';
  const isSound = (upload.kind === 'voice' || upload.kind === 'audio') && kind !== 'image';
  const shown = isOwn ? 'file' : isSound ? upload.kind : kind;
  const isTimed = shown === 'video' || shown === 'audio' || shown === 'voice';
  const size = { width: width ?? upload.width, height: height ?? upload.height };
  const hash = thumbhash ?? (shown === 'video' ? upload.thumbhash : undefined);
  return {
    file: answer.file,
    kind: shown,
    name: answer.name,
    type,
    bytes: answer.bytes,
    ...(size.width && size.height && shown !== 'file' && { width: size.width, height: size.height }),
    ...(isTimed && upload.durationMs !== undefined && { durationMs: upload.durationMs }),
    ...(hash && { thumbhash: hash }),
    ...(shown === 'voice' && upload.waveform && { waveform: upload.waveform }),
    ...(previews && { previews }),
  };
}

class UnreadableError extends Error {}

/** A file that was moved or changed since it was chosen cannot be read any more. */
export async function assertReadable(file: Blob): Promise<void> {
  try {
    await file.slice(0, 1).arrayBuffer();
  } catch (cause) {
    throw new UnreadableError('unreadable', { cause });
  }
}

export function problemOf(error: unknown): UploadProblem {
  if (error instanceof UnreadableError) return { kind: 'unreadable' };
  if (error instanceof BerthError)
    return { kind: 'server', code: error.code, retryAfterMs: error.retryAfterMs };
  return { kind: 'server', code: 'unavailable' };
}
