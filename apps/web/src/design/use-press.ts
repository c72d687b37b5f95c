import { type MouseEvent, type TouchEvent, useRef } from 'react';

/** A finger that stays for this long means what the right button of a mouse does. */
const longPressMs = 500;
/** One that moves further than this means something else. */
const toleratedPx = 10;

/** Where on the page. */
interface Point {
  x: number;
  y: number;
}

/**
 * Tells of a long press, the right button and the menu key, for the element that takes what is returned. Browsers of
 * iPhones have no `contextmenu` of their own; others have it beside the touches.
 */
export function usePress(onPress: (at: Point) => void) {
  const touch = useRef<{ from: Point; timer: ReturnType<typeof setTimeout>; isOver: boolean }>(undefined);
  const end = () => {
    clearTimeout(touch.current?.timer);
    touch.current = undefined;
  };
  const press = (at: Point) => {
    const current = touch.current;
    if (current?.isOver) return;
    if (current) {
      clearTimeout(current.timer);
      current.isOver = true;
    }
    onPress(at);
  };
  return {
    onContextMenu: (event: MouseEvent) => {
      event.preventDefault();
      press({ x: event.clientX, y: event.clientY });
    },
    onTouchStart: ({ touches }: TouchEvent) => {
      end();
      const only = touches[0];
      if (!only || touches.length > 1) return;
      const from = { x: only.clientX, y: only.clientY };
      touch.current = { from, timer: setTimeout(() => press(from), longPressMs), isOver: false };
    },
    onTouchMove: ({ touches }: TouchEvent) => {
      const current = touch.current;
      const first = touches[0];
      if (!current || current.isOver || !first) return;
      const { x, y } = current.from;
      if (Math.max(Math.abs(first.clientX - x), Math.abs(first.clientY - y)) > toleratedPx) end();
    },
    onTouchEnd: (event: TouchEvent) => {
      // What follows is no click.
      if (touch.current?.isOver) event.preventDefault();
      end();
    },
    onTouchCancel: end,
  };
}
