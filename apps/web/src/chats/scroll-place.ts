import type { VirtualItem } from '@tanstack/react-virtual';

/** Where a reader was in a conversation: at its end, or some pixels below the top of a message. */
export type ScrollPlace = 'end' | { seq: number; offsetPx: number };

/** What is kept of a list that goes, so that it comes back exactly as it was. */
export interface ScrollMemory {
  place: ScrollPlace;
  /** Measured heights by the keys of rows. */
  sizes: [VirtualItem['key'], number][];
}

/** The measured heights as the virtual list takes them; it reads key and size alone. */
export const initialSizes = (memory: ScrollMemory | undefined): VirtualItem[] =>
  (memory?.sizes ?? []).map(([key, size]) => ({ key, size, index: 0, start: 0, end: size, lane: 0 }));

/** Where a conversation opens: where the reader was, else at what is new, else at its end. */
export function openingPlace(
  memory: ScrollMemory | undefined,
  { unread, read }: { unread: number; read: number },
): ScrollPlace {
  return memory?.place ?? (unread > 0 ? { seq: read + 1, offsetPx: 0 } : 'end');
}

/**
 * The offset of a place before anything has been measured anew, so that the first rows to exist are those that will be
 * seen: what is measured on the way would move them.
 */
export function offsetOfPlace(
  index: number | 'end',
  { count, keyOf }: { count: number; keyOf: (index: number) => VirtualItem['key'] },
  sizes: readonly VirtualItem[],
  { estimatePx, paddingPx }: { estimatePx: number; paddingPx: number },
): number {
  const known = new Map(sizes.map(({ key, size }) => [key, size]));
  let offset = paddingPx;
  const before = index === 'end' ? count : index;
  for (let row = 0; row < before; row++) offset += known.get(keyOf(row)) ?? estimatePx;
  return offset;
}
