import { defaultRangeExtractor, type Range } from '@tanstack/react-virtual';
import {
  type FocusEvent,
  type KeyboardEvent,
  type RefObject,
  useCallback,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';
import { flushSync } from 'react-dom';

type ItemKey = number | string;

/** What makes an element an item of the list. */
export interface RovingItem {
  'data-roving': number;
  tabIndex: 0 | -1;
  onFocus: () => void;
  onBlur: (event: FocusEvent) => void;
  onKeyDown: (event: KeyboardEvent) => void;
}

/**
 * One stop for Tab in a long list, arrow keys, Home and End within it, also where only the rows in view exist: the item
 * that Tab comes to exists always, wherever the list is scrolled to. The focus stays with its item when others come and
 * go before it, and goes to the one that takes its place when it goes itself. Items take what `item` answers with.
 */
export function useRovingList({
  count,
  keyOf,
  start,
  scroller,
  reveal,
}: {
  count: number;
  /** The same for an item wherever it stands. */
  keyOf: (index: number) => ItemKey;
  /** The item that Tab comes to first. */
  start: number;
  scroller: RefObject<HTMLElement | null>;
  /** Brings an item into view. */
  reveal: (index: number) => void;
}) {
  const [chosen, setChosen] = useState<{ key: ItemKey; index: number }>();
  const active = Math.min(chosen ? placeOf(chosen, count, keyOf) : start, count - 1);
  const hasFocus = useRef(false);

  const choose = (index: number) => setChosen({ key: keyOf(index), index });
  const focus = (index: number) =>
    scroller.current?.querySelector<HTMLElement>(`[data-roving="${index}"]`)?.focus({ preventScroll: true });

  // What had the focus is gone: no event tells of it.
  useLayoutEffect(() => {
    if (!hasFocus.current || document.activeElement !== document.body) return;
    hasFocus.current = false;
    focus(active);
  });

  return {
    /** For the virtual list: what is in view, and the item that Tab comes to. */
    rangeExtractor: useCallback((range: Range) => withIndex(defaultRangeExtractor(range), active), [active]),
    item: (index: number): RovingItem => ({
      'data-roving': index,
      tabIndex: index === active ? 0 : -1,
      onFocus: () => {
        hasFocus.current = true;
        choose(index);
      },
      onBlur: () => {
        hasFocus.current = false;
      },
      onKeyDown: (event) => {
        const { target, currentTarget, altKey, ctrlKey, metaKey } = event;
        // Held with others they go elsewhere.
        const isMeant = target === currentTarget && !altKey && !ctrlKey && !metaKey;
        const next = isMeant ? nextIndex(event.key, index, count) : undefined;
        if (next === undefined) return;
        event.preventDefault();
        if (next === index) return;
        flushSync(() => choose(next));
        focus(next);
        reveal(next);
      },
    }),
  };
}

/** Where the item is now; where it was, when it is no more. */
function placeOf(
  { key, index }: { key: ItemKey; index: number },
  count: number,
  keyOf: (index: number) => ItemKey,
): number {
  if (index < count && keyOf(index) === key) return index;
  // Most often it has moved by one.
  for (let distance = 1; distance < count; distance++) {
    if (index - distance >= 0 && index - distance < count && keyOf(index - distance) === key)
      return index - distance;
    if (index + distance < count && keyOf(index + distance) === key) return index + distance;
  }
  return index;
}

/** Ascending indices, and one more in its place. */
function withIndex(indices: number[], index: number): number[] {
  if (index < 0 || indices.length === 0) return indices;
  if (index < indices[0]!) return [index, ...indices];
  if (index > indices.at(-1)!) return [...indices, index];
  return indices;
}

function nextIndex(key: string, index: number, count: number): number | undefined {
  if (key === 'ArrowDown') return Math.min(index + 1, count - 1);
  if (key === 'ArrowUp') return Math.max(index - 1, 0);
  if (key === 'Home') return 0;
  if (key === 'End') return count - 1;
  return undefined;
}
