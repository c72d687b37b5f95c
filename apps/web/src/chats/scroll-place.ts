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
