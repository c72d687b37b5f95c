import { rgbaToThumbHash, thumbHashToDataURL } from 'thumbhash';

/** Pictures made of hashes that are kept: a screen or two of them. */
const maxKept = 200;
const kept = new Map<string, string>();

/** The blurred picture of a hash (base64url) as an address; undefined for one that makes no sense. */
export function blurOf(hash: string): string | undefined {
  const known = kept.get(hash);
  if (known !== undefined) return known;
  try {
    const url = thumbHashToDataURL(fromBase64Url(hash));
    kept.set(hash, url);
    for (const oldest of kept.keys()) {
      if (kept.size <= maxKept) break;
      kept.delete(oldest);
    }
    return url;
  } catch {
    return undefined;
  }
}

/** The hash of what is drawn, base64url; `source` in its own size. */
export function hashOf(source: CanvasImageSource, width: number, height: number): string | undefined {
  const scale = Math.min(1, 100 / Math.max(width, height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) return undefined;
  context.drawImage(source, 0, 0, canvas.width, canvas.height);
  const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
  return toBase64Url(rgbaToThumbHash(canvas.width, canvas.height, data));
}

export function fromBase64Url(text: string): Uint8Array {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

export const toBase64Url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');
