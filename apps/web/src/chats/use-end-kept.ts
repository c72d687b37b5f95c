import type { Virtualizer } from '@tanstack/react-virtual';
import { type RefObject, useEffect } from 'react';

/** A reader at the end stays there when less of the list can be seen: by one more line to write, a phone's keyboard. */
export function useEndKept(
  scroller: RefObject<HTMLElement | null>,
  virtualizer: Virtualizer<HTMLDivElement, Element>,
  endThresholdPx: number,
): void {
  useEffect(() => {
    const element = scroller.current!;
    let height = element.clientHeight;
    const observer = new ResizeObserver(() => {
      if (element.clientHeight === height) return;
      const distance = element.scrollHeight - element.scrollTop - height;
      height = element.clientHeight;
      if (distance <= endThresholdPx) virtualizer.scrollToEnd();
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [scroller, virtualizer, endThresholdPx]);
}
