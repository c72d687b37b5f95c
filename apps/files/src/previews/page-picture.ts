import type { LinkPreview } from '@berth/wire/files';
import { mediaTypeOf, typeBytes } from '../media/media-type.ts';
import type { PicturePool } from '../media/picture-pool.ts';
import { readFrom } from './guarded-request.ts';
import type { Web } from './web.ts';

/** Bytes of a picture that is read. */
const maxBytes = 5 * 1_048_576;
const maxPixels = 40_000_000;
/** Longer side of what is shown, in pixels, and bytes of it. */
const side = 320;
const maxShownBytes = 65_536;
const types = /^image\/(?:jpeg|a?png|webp|gif|avif)\b/i;

/** A page's picture, made anew and small: its own bytes reach nobody. Rejects when it cannot be had. */
export async function pictureAt(
  { web, pool }: { web: Web; pool: Pick<PicturePool, 'shrink'> },
  address: string,
  signal: AbortSignal,
): Promise<NonNullable<LinkPreview['picture']>> {
  const accept = 'image/webp, image/png, image/jpeg, image/gif;q=0.5';
  const { bytes } = await readFrom(web, address, { accept, types, maxBytes, beyond: 'refuse', signal });
  // By its bytes: what is called a picture may be a program for one (SVG) or for a library.
  const { kind, type } = await mediaTypeOf(bytes.subarray(0, typeBytes));
  if (kind !== 'image' || !types.test(type)) throw new Error('no picture');
  const { content, width, height } = await pool.shrink({ content: bytes, maxPixels, side });
  if (content.length > maxShownBytes) throw new Error('too large');
  return { content: Buffer.from(content).toString('base64'), width, height };
}
