import { hashOf } from './thumbhash.ts';
import type { Upload } from './upload.ts';

export type Seen = Pick<Upload, 'width' | 'height' | 'durationMs' | 'thumbhash'>;

/** A file that the browser says nothing of within this is sent without. */
const patienceMs = 5_000;
/** Of a video the picture at this second stands for it. */
const posterAtSeconds = 0.1;

/** What the browser can tell of a picture, video or sound: the server measures pictures itself. */
export async function inspect(file: Blob, kind: Upload['kind']): Promise<Seen> {
  const limit = new Promise<Seen>((resolve) => setTimeout(() => resolve({}), patienceMs));
  const seen = kind === 'image' ? ofImage(file) : kind === 'file' ? Promise.resolve({}) : ofMedia(file, kind);
  return Promise.race([seen.catch(() => ({})), limit]);
}

async function ofImage(file: Blob): Promise<Seen> {
  const bitmap = await createImageBitmap(file);
  const { width, height } = bitmap;
  bitmap.close();
  return { width, height };
}

async function ofMedia(file: Blob, kind: 'video' | 'audio' | 'voice'): Promise<Seen> {
  const url = URL.createObjectURL(file);
  const element = document.createElement(kind === 'video' ? 'video' : 'audio');
  try {
    element.preload = 'auto';
    element.muted = true;
    element.src = url;
    await heard(element, 'loadedmetadata');
    const durationMs = Number.isFinite(element.duration) ? Math.round(element.duration * 1_000) : undefined;
    if (!(element instanceof HTMLVideoElement) || element.videoWidth === 0) return { durationMs };
    const { videoWidth: width, videoHeight: height } = element;
    element.currentTime = Math.min(posterAtSeconds, element.duration || posterAtSeconds);
    await heard(element, 'seeked');
    return { width, height, durationMs, thumbhash: hashOf(element, width, height) };
  } finally {
    element.removeAttribute('src');
    element.load();
    URL.revokeObjectURL(url);
  }
}

const heard = (element: HTMLMediaElement, event: string): Promise<void> =>
  new Promise((resolve, reject) => {
    element.addEventListener(event, () => resolve(), { once: true });
    element.addEventListener('error', () => reject(element.error), { once: true });
  });
