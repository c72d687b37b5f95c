import { limits } from '@berth/wire';

/** Bytes of an answer's body for what stands beside its list: names, `req`, a cursor. */
const envelopeBytes = 512;

/** Bytes of a list in an answer at most. */
export const maxListBytes = limits.maxBodyBytes - envelopeBytes;

/** The first items that fit an answer, with their commas; one at least. */
export function fitting<T>(items: readonly T[], bytesOf: (item: T) => number = jsonBytes): T[] {
  let bytes = 0;
  const end = items.findIndex((item) => {
    bytes += bytesOf(item) + 1;
    return bytes > maxListBytes;
  });
  return end === -1 ? items.slice() : items.slice(0, Math.max(1, end));
}

/** All items, in as many answers as it takes; one at least, and that may be empty. */
export function split<T>(items: readonly T[]): T[][] {
  const parts: T[][] = [];
  for (let rest = items; rest.length > 0; rest = rest.slice(parts.at(-1)!.length)) parts.push(fitting(rest));
  return parts.length === 0 ? [[]] : parts;
}

const jsonBytes = (item: unknown): number => Buffer.byteLength(JSON.stringify(item));
