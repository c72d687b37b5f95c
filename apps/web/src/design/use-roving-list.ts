import { type KeyboardEvent, type RefObject, useState } from 'react';
import { flushSync } from 'react-dom';

/** What makes an element an item of the list. */
export interface RovingItem {
  'data-roving': number;
  tabIndex: 0 | -1;
  onFocus: () => void;
  onKeyDown: (event: KeyboardEvent) => void;
}

/**
 * One stop for Tab in a long list, arrow keys, Home and End within it, also where only the rows in view exist.
 * Items take what `item` answers with.
 */
export function useRovingList({
  count,
  start,
  scroller,
  reveal,
}: {
  count: number;
  /** The item that Tab comes to first. */
  start: number;
  scroller: RefObject<HTMLElement | null>;
  /** Brings an item into view, so that it exists. */
  reveal: (index: number) => void;
}) {
  const [chosen, setChosen] = useState<number>();
  const active = Math.min(chosen ?? start, count - 1);

  const focus = (index: number) => {
    flushSync(() => setChosen(index));
    reveal(index);
    // The row may exist only after the list has scrolled.
    requestAnimationFrame(() =>
      scroller.current
        ?.querySelector<HTMLElement>(`[data-roving="${index}"]`)
        ?.focus({ preventScroll: true }),
    );
  };

  return {
    item: (index: number): RovingItem => ({
      'data-roving': index,
      tabIndex: index === active ? 0 : -1,
      onFocus: () => setChosen(index),
      onKeyDown: (event) => {
        const next = event.target === event.currentTarget ? nextIndex(event.key, index, count) : undefined;
        if (next === undefined) return;
        event.preventDefault();
        if (next !== index) focus(next);
      },
    }),
  };
}

function nextIndex(key: string, index: number, count: number): number | undefined {
  if (key === 'ArrowDown') return Math.min(index + 1, count - 1);
  if (key === 'ArrowUp') return Math.max(index - 1, 0);
  if (key === 'Home') return 0;
  if (key === 'End') return count - 1;
  return undefined;
}
