import type { Attachment } from '@berth/client';
import type { LinkRequest } from '@berth/wire/files';

/** A message with files, as far as it matters to whoever shows them. */
export interface FilesMessage {
  conversation: number;
  /** Of one that is stored. */
  seq: number | undefined;
}

/** By what the address of a file of a message is asked for; of one that is on its way it is one's own file. */
export const linkOf = (
  { file }: Pick<Attachment, 'file'>,
  { conversation, seq }: FilesMessage,
): LinkRequest => (seq === undefined ? { file } : { file, conversation, seq });

/** What is shown as a picture: with it its size is known. */
export const isVisual = ({ kind, width, height }: Attachment): boolean =>
  kind === 'video' || (kind === 'image' && width !== undefined && height !== undefined);

export const ratioOf = ({ width, height }: Attachment): number => (width && height ? width / height : 16 / 9);
