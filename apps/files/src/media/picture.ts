import { stat } from 'node:fs/promises';
import sharp, { type Metadata, type Sharp } from 'sharp';
import { rgbaToThumbHash } from 'thumbhash';

/** What is asked of a picture. Paths are of files; those of previews are written. */
export interface PictureTask {
  path: string;
  type: string;
  maxPixels: number;
  small: string;
  large: string;
  /** Where the picture goes without its EXIF data; absent: it stays as it is. */
  clean?: string;
}

/** A picture made smaller, of a type that everybody knows. */
export interface PlainTask {
  path: string;
  maxPixels: number;
  /** Its longer side, in pixels. */
  side: number;
  /** What was seen through is white in a JPEG. */
  as: 'png' | 'jpeg';
  /** Where it goes. */
  plain: string;
}

export interface PictureFindings {
  width: number;
  height: number;
  /** Base64url. */
  thumbhash: string;
  previews: boolean;
  /** Bytes at `clean`; absent: there was nothing to take out. */
  cleanBytes?: number;
}

/** Longer sides of the previews, in pixels. */
const sides = { small: 320, large: 1_280 } as const;
/** Below this a picture needs no preview. */
const smallBytes = 40_000;
/** Frames of previews that move, at most: the rest of a film is not shown. */
const maxFrames = 300;

/** Turned upright, measured and made smaller. Throws for what is no picture, or a larger one than `maxPixels`. */
export async function lookIntoPicture(task: PictureTask): Promise<PictureFindings> {
  const { path, maxPixels } = task;
  const open = (animated: boolean) =>
    sharp(path, {
      limitInputPixels: maxPixels,
      sequentialRead: true,
      failOn: 'error',
      ...(animated && { pages: Math.min(frames, maxFrames) }),
    });
  const metadata = await sharp(path, { limitInputPixels: maxPixels }).metadata();
  const frames = metadata.pages ?? 1;
  const { width, height } = uprightSize(metadata);
  if (width * height * Math.min(frames, maxFrames) > maxPixels) throw new Error('too many pixels');
  const moves = frames > 1;
  const { size } = await stat(path);
  const previews = size > smallBytes || Math.max(width, height) > sides.large;
  const within = (picture: Sharp, side: number) =>
    picture.autoOrient().resize(side, side, { fit: 'inside', withoutEnlargement: true });
  if (previews)
    // The small one is made of the large one, which is there already.
    for (const name of ['large', 'small'] as const)
      await within(name === 'small' && !moves ? sharp(task.large) : open(moves), sides[name])
        .webp({ quality: 78, effort: 2 })
        .toFile(task[name]);
  const tiny = within(previews ? sharp(task.small) : open(false), 100);
  const { data, info } = await tiny.ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  const thumbhash = Buffer.from(rgbaToThumbHash(info.width, info.height, data)).toString('base64url');
  const cleanBytes = task.clean && saysMore(metadata) ? await clean(task, open(moves), metadata) : undefined;
  return { width, height, thumbhash, previews, ...(cleanBytes !== undefined && { cleanBytes }) };
}

/** Of a picture that moves its first frame. */
export async function makePlain({ path, maxPixels, side, as, plain }: PlainTask): Promise<{ plain: string }> {
  const picture = sharp(path, { limitInputPixels: maxPixels, failOn: 'error' })
    .autoOrient()
    .resize(side, side, { fit: 'inside', withoutEnlargement: true });
  const written =
    as === 'png' ? picture.png() : picture.flatten({ background: '#fff' }).jpeg({ quality: 85 });
  await written.toFile(plain);
  return { plain };
}

/** Whether it holds more than what is to be seen: position, time, camera, or how it is to be turned. */
const saysMore = ({ exif, xmp, iptc, orientation = 1, comments = [] }: Metadata): boolean =>
  exif !== undefined || xmp !== undefined || iptc !== undefined || orientation > 1 || comments.length > 0;

async function clean({ clean: to, type }: PictureTask, picture: Sharp, metadata: Metadata): Promise<number> {
  const upright = picture.autoOrient().keepIccProfile();
  const written = (): Sharp => {
    switch (type) {
      case 'image/png':
      case 'image/apng':
        return upright.png({ palette: metadata.isPalette ?? false });
      case 'image/webp':
        return upright.webp({ quality: 92 });
      case 'image/avif':
        return upright.avif({ quality: 70, effort: 2 });
      case 'image/gif':
        return upright.gif();
      default:
        return upright.jpeg({ quality: 92, chromaSubsampling: metadata.chromaSubsampling ?? '4:2:0' });
    }
  };
  const { size } = await written().toFile(to!);
  return size;
}

function uprightSize({ width, height, pageHeight, orientation = 1 }: Metadata): {
  width: number;
  height: number;
} {
  const frame = pageHeight ?? height;
  return orientation >= 5 ? { width: frame, height: width } : { width, height: frame };
}
