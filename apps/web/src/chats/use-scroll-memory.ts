import type { Virtualizer } from '@tanstack/react-virtual';
import { useLayoutEffect } from 'react';
import type { Conversation } from '../state/conversations.ts';
import type { Timeline } from '../state/timeline.ts';
import { openingPlace, type ScrollMemory, type ScrollPlace } from './scroll-place.ts';

/** Opens a conversation where the reader was, else at what is new, else at its end; and remembers the place when it goes. */
export function useScrollMemory(
  virtualizer: Virtualizer<HTMLDivElement, Element>,
  { conversation: id, unread, read }: Conversation,
  timeline: Timeline,
  memory: Map<number, ScrollMemory>,
  endThresholdPx: number,
): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when the conversation opens
  useLayoutEffect(() => {
    const place = openingPlace(memory.get(id), { unread, read });
    if (place === 'end') virtualizer.scrollToEnd();
    else {
      const index = timeline.indexOf(place.seq);
      const top = virtualizer.getOffsetForIndex(index, 'start')?.[0] ?? 0;
      if (place.offsetPx > 0) virtualizer.scrollToOffset(top + place.offsetPx);
      else virtualizer.scrollToIndex(index, { align: 'start' });
    }
    // Noted while one scrolls: once the list goes there is nothing left to ask.
    let last: ScrollPlace = place;
    const note = () => {
      const offset = virtualizer.scrollOffset ?? 0;
      const item = virtualizer.getVirtualItemForOffset(offset);
      const viewEnd = offset + (virtualizer.scrollRect?.height ?? 0);
      const atEnd = item === undefined || virtualizer.getTotalSize() - viewEnd <= endThresholdPx;
      last = atEnd ? 'end' : { seq: timeline.seqAt(item.index), offsetPx: offset - item.start };
    };
    const { scrollElement } = virtualizer;
    scrollElement?.addEventListener('scroll', note, { passive: true });
    return () => {
      scrollElement?.removeEventListener('scroll', note);
      memory.set(id, { place: last, sizes: [...virtualizer.itemSizeCache] });
    };
  }, []);
}
