import type { Attachment } from '@berth/client';
import type { Text } from '../i18n/catalogue.ts';

type Spoken = { text: string; attachments?: readonly Attachment[] | undefined };

/** What is attached, in a word or two: `Photo`, `3 files`. */
export function attachedText(attachments: readonly Pick<Attachment, 'kind'>[], text: Text): string {
  const count = attachments.length;
  const kinds = new Set(attachments.map(({ kind }) => kind));
  const [kind] = kinds;
  if (kinds.size === 1 && kind === 'image') return text('files.photos', { count });
  if (kinds.size === 1 && kind === 'video') return text('files.videos', { count });
  if (kinds.size === 1 && kind === 'voice') return text('files.voices', { count });
  if (kinds.size === 1 && kind === 'audio') return text('files.audios', { count });
  return text('files.files', { count });
}

/** What a message says in one line, with a word for what is attached. */
export function saidText({ text: words, attachments }: Spoken, text: Text): string {
  if (!attachments?.length) return words;
  const [only] = attachments;
  const what =
    attachments.length === 1 && only!.kind === 'file' ? only!.name : attachedText(attachments, text);
  return words === '' ? what : text('files.captioned', { what, text: words });
}
