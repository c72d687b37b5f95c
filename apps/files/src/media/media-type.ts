import { fileTypeFromBuffer } from 'file-type';
import type { FileKind } from '../stores/mysql-file-store.ts';

/** What a browser can be given to show, by the type that the bytes have; nothing that could hold a script. */
const shown: Readonly<Record<string, FileKind>> = {
  'image/jpeg': 'image',
  'image/png': 'image',
  'image/apng': 'image',
  'image/gif': 'image',
  'image/webp': 'image',
  'image/avif': 'image',
  'video/mp4': 'video',
  'video/webm': 'video',
  'video/quicktime': 'video',
  'video/ogg': 'video',
  'audio/mpeg': 'audio',
  'audio/ogg': 'audio',
  'audio/opus': 'audio',
  'audio/wav': 'audio',
  'audio/x-wav': 'audio',
  'audio/vnd.wave': 'audio',
  'audio/flac': 'audio',
  'audio/x-flac': 'audio',
  'audio/aac': 'audio',
  'audio/mp4': 'audio',
  'audio/x-m4a': 'audio',
  'audio/webm': 'audio',
};

/** The beginning of a file that its type is found in. */
export const typeBytes = 65_536;

export async function mediaTypeOf(head: Buffer): Promise<{ kind: FileKind; type: string }> {
  // What the library cannot make sense of is a file as any other.
  const found = await fileTypeFromBuffer(head).catch(() => undefined);
  const [type = ''] = (found?.mime ?? 'application/octet-stream').split(';');
  return { kind: shown[type] ?? 'file', type };
}

/** Whether it is shown where it is, and not saved. */
export const isInline = (kind: FileKind, type: string): boolean =>
  kind !== 'file' || type === 'application/pdf';
