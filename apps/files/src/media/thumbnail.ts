import sharp from 'sharp';

export interface ThumbnailTask {
  content: Uint8Array;
  maxPixels: number;
  /** Of the longer side, in pixels. */
  side: number;
}

export interface Thumbnail {
  /** WebP; of a picture that moves its beginning. */
  content: Uint8Array;
  width: number;
  height: number;
}

/** A small picture, made anew. Throws for what is no picture, or a larger one than `maxPixels`. */
export async function makeThumbnail({ content, maxPixels, side }: ThumbnailTask): Promise<Thumbnail> {
  const { data, info } = await sharp(content, { limitInputPixels: maxPixels, failOn: 'error' })
    .autoOrient()
    .resize(side, side, { fit: 'inside', withoutEnlargement: true })
    .webp({ quality: 75, effort: 2 })
    .toBuffer({ resolveWithObject: true });
  return { content: data, width: info.width, height: info.height };
}
