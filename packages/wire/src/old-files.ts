import type { Message } from './answers.ts';
import type { Attachment } from './message-parts.ts';

/**
 * Names that the files have in the llfcchat dialect, where a name is all that a client knows a file by: chat tells them, the files
 * service is asked for them. No path is ever made of them here; clients make theirs of them.
 */

/** What such a client shows; of other types of pictures its library may know nothing. */
const extensions: Readonly<Record<string, string>> = {
  'image/jpeg': 'jpg',
  'image/png': 'png',
  'image/apng': 'png',
  'image/gif': 'gif',
  'image/bmp': 'bmp',
};

/** Types of pictures that it is given as a JPEG: its library reads them with plugins alone. */
const madeJpeg: ReadonlySet<string> = new Set(['image/webp', 'image/avif', 'image/tiff']);

/** Whether such a client shows pictures of this type as they are. */
export const isOldPictureType = (type: string): boolean => type in extensions;

/** Whether pictures of this type are made others for such a client. */
export const isMadeJpegForOld = (type: string): boolean => madeJpeg.has(type);

/** As such clients name what they send: a UUID of theirs, and the extension of what the user chose. */
const clientName = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(\.[A-Za-z0-9]{1,8})?$/;

export const isOldClientName = (name: string): boolean => clientName.test(name);

type Named = Pick<Attachment, 'file' | 'name' | 'type'>;

/** The name of a picture: its sender's if that is such a client, which has the picture under it; else one of its id. */
export function oldPictureName({ file, name, type }: Named): string {
  if (isOldClientName(name)) return name;
  const hex = hexOf(file);
  const groups = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)];
  return `${groups.join('-')}.${isMadeJpegForOld(type) ? 'jpg' : (extensions[type] ?? 'bin')}`;
}

/** The one picture of a message that the dialect has a frame for; undefined: it is told as text. */
export function oldPictureOf({
  text,
  attachments = [],
}: Pick<Message, 'text' | 'attachments'>): Attachment | undefined {
  const [picture, ...others] = attachments;
  if (picture === undefined || others.length > 0 || text !== '') return undefined;
  const { kind, type, name } = picture;
  const isShown = kind === 'image' && (isOldPictureType(type) || isMadeJpegForOld(type));
  // What such a client has sent it shows, whatever it is to others.
  return isShown || (type.startsWith('image/') && isOldClientName(name)) ? picture : undefined;
}

/** The icon of a user: a picture of the client's own, or the name of a file; whose it is stands in it. */
export function oldIconName(user: number, icon: string): string {
  const file = /^file:([\w-]{22})$/.exec(icon)?.[1];
  return file === undefined ? icon : `u${user}-${file}.png`;
}

/** The file and its owner; undefined for any other name. */
export function parseOldIconName(name: string): { user: number; file: string } | undefined {
  const [, user, file] = /^u([1-9]\d{0,9})-([\w-]{22})\.png$/.exec(name) ?? [];
  return file === undefined ? undefined : { user: Number(user), file };
}

/** Of 22 characters of base64url. */
function hexOf(file: string): string {
  const binary = atob(file.replaceAll('-', '+').replaceAll('_', '/'));
  return Array.from(binary, (byte) => byte.charCodeAt(0).toString(16).padStart(2, '0')).join('');
}
