import type { Readable } from 'node:stream';
import type { DataStore } from '@tus/server';

/** A file's whole content, or a preview of it that there are links to. */
export type LinkedVariant = 'original' | 'small' | 'large';
export const linkedVariants: readonly LinkedVariant[] = ['original', 'small', 'large'];

/** `plain`: a JPEG of it, for llfcchat clients that know no newer types; there is one once such a client has asked. */
export type FileVariant = LinkedVariant | 'plain';
export const fileVariants: readonly FileVariant[] = [...linkedVariants, 'plain'];

/** What a client needs to know of content beside its bytes. */
export interface ContentHeaders {
  'content-type': string;
  'content-disposition': string;
  'cache-control': string;
}

/**
 * Where bytes are. Everything is named by a file's id, which is random, so that no client chooses a path. Errors are the storage's
 * own; `isStorageAway` tells those that another try may not meet.
 */
export interface FileStorage {
  /** What tus writes uploads to. */
  readonly uploads: DataStore;
  /** A part of it from `offset` on, at most so many bytes. Default: of the original. */
  read(file: string, offset: number, bytes: number, variant?: FileVariant): Promise<Buffer>;
  /** Undefined: there is none. */
  sizeOf(file: string, variant: FileVariant): Promise<number | undefined>;
  /** A path under which the whole file can be read until `done`. */
  open(file: string): Promise<{ path: string; done(): Promise<void> }>;
  /** Takes a finished file in from a path, which is gone afterwards. */
  put(file: string, variant: FileVariant, path: string, type: string): Promise<void>;
  /** Deletes everything of a file; what is not there is no error. */
  remove(file: string): Promise<void>;
  /** How the content gets to a client: from a path here, or from an address elsewhere, that is good for a moment. */
  content(
    file: string,
    variant: LinkedVariant,
    headers: ContentHeaders,
    expiresAt: number,
  ): Promise<{ path: string } | { redirect: string }>;
  /** A folder of this process's own for files that are being made. */
  readonly scratch: string;
  /** Throws when it cannot be used. */
  check(): Promise<void>;
}

/** The errors of a full disk, and of an S3 that does not answer. */
export function isStorageAway(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const { code, $metadata, name } = cause as Error & {
      code?: string;
      $metadata?: { httpStatusCode?: number };
    };
    if (code !== undefined && awayCodes.has(code)) return true;
    if ($metadata !== undefined && (name === 'TimeoutError' || ($metadata.httpStatusCode ?? 500) >= 500))
      return true;
  }
  return false;
}

const awayCodes = new Set([
  ...['ENOSPC', 'EDQUOT', 'EROFS', 'EIO', 'EMFILE'],
  ...['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT', 'EPIPE', 'EHOSTUNREACH'],
]);

/** All of a short stream. Throws RangeError beyond `max` bytes. */
export async function readAll(stream: Readable, max: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > max) throw new RangeError('too much');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
