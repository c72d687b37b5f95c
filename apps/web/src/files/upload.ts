import type { Attachment, AttachmentKind, ErrorCode, Mention } from '@berth/client';

/** Why an upload does not go on: of the server, or of what this browser still has. */
export type UploadProblem =
  | { kind: 'server'; code: ErrorCode; retryAfterMs?: number | undefined }
  | { kind: 'unreadable' | 'changed' | 'empty' };

/** A file on its way. Immutable: what changes is another object. */
export interface Upload {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly bytes: number;
  readonly lastModified: number;
  /** As it is to be shown, as far as the browser can tell. */
  readonly kind: AttachmentKind;
  /** Nothing is taken out of it, and it is shown as a file. */
  readonly original: boolean;
  readonly width?: number | undefined;
  readonly height?: number | undefined;
  readonly durationMs?: number | undefined;
  readonly thumbhash?: string | undefined;
  readonly waveform?: string | undefined;
  /** `missing`: the page was left, and the browser did not keep the bytes. */
  readonly state: 'waiting' | 'uploading' | 'paused' | 'processing' | 'ready' | 'failed' | 'missing';
  readonly sent: number;
  readonly bytesPerSecond?: number | undefined;
  readonly problem?: UploadProblem | undefined;
  /** Where it goes on. */
  readonly url?: string | undefined;
  readonly attachment?: Attachment | undefined;
}

/** What is said with files. */
export interface Sealed {
  readonly text: string;
  readonly replyTo?: number;
  readonly mentions?: readonly Mention[];
}

/** Where something is sent: a conversation, or a thread of it. */
export interface UploadPlace {
  readonly conversation: number;
  readonly thread?: number | undefined;
}

export const placeKey = ({ conversation, thread }: UploadPlace): string => `${conversation} ${thread ?? ''}`;

/** Files that go in one message; `sealed` with its text once it is to be sent. */
export interface Parcel extends UploadPlace {
  readonly id: string;
  readonly createdAt: number;
  readonly uploads: readonly Upload[];
  readonly sealed?: Sealed | undefined;
  /** Why the message itself was not taken. */
  readonly refused?: ErrorCode | undefined;
  /** The tab that sends it. */
  readonly tab?: string | undefined;
}

export const percentOf = ({ sent, bytes }: Pick<Upload, 'sent' | 'bytes'>): number =>
  bytes === 0 ? 0 : Math.floor((100 * Math.min(sent, bytes)) / bytes);

/** As it is to be shown, by what the browser says of it. */
export function kindOf(type: string): AttachmentKind {
  if (type.startsWith('image/') && type !== 'image/svg+xml') return 'image';
  if (type.startsWith('video/')) return 'video';
  if (type.startsWith('audio/')) return 'audio';
  return 'file';
}
