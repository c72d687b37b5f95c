import { type RefObject, useEffect, useRef } from 'react';
import { type Swipe, swipeTo } from './swipe.ts';

/** A finger that stays for this long opens the menu. */
const longPressMs = 450;
/** Where fingers have a meaning of their own. */
const own = 'input, textarea, select, pre, audio, video, [role="slider"]';

interface Touched {
  article: HTMLElement;
  from: { x: number; y: number };
  swipe: Swipe;
  timer: ReturnType<typeof setTimeout>;
  isPressed: boolean;
}

/** A long press on a message opens its menu, as the right button does; a swipe replies. One set of ears for all rows. */
export function useMessageGestures(
  scroller: RefObject<HTMLElement | null>,
  onReply: (seq: number) => void,
): void {
  const reply = useRef(onReply);
  useEffect(() => {
    reply.current = onReply;
  });
  useEffect(() => {
    const element = scroller.current!;
    const listening = new AbortController();
    let touched: Touched | undefined;
    const end = () => {
      if (!touched) return;
      clearTimeout(touched.timer);
      touched.article.style.translate = '';
      delete touched.article.dataset.swiped;
      touched = undefined;
    };
    const start = (event: TouchEvent) => {
      end();
      const touch = event.touches[0]!;
      const article = articleOf(event.target);
      if (event.touches.length > 1 || !article || (event.target as Element).closest(own)) return;
      if (isSelecting(article)) return;
      const mine: Touched = {
        article,
        from: { x: touch.clientX, y: touch.clientY },
        swipe: { kind: 'open' },
        isPressed: false,
        timer: setTimeout(() => {
          mine.isPressed = openMenu(article);
        }, longPressMs),
      };
      touched = mine;
    };
    const move = (event: TouchEvent) => {
      if (!touched || touched.isPressed) return;
      const { clientX, clientY } = event.touches[0]!;
      const swipe = swipeTo(touched.swipe, clientX - touched.from.x, clientY - touched.from.y);
      if (swipe === touched.swipe) return;
      clearTimeout(touched.timer);
      if (swipe.kind === 'swiping') {
        const was = touched.swipe.kind === 'swiping' && touched.swipe.isArmed;
        touched.article.style.translate = `${swipe.shiftPx}px 0`;
        touched.article.dataset.swiped = swipe.isArmed ? 'armed' : '';
        if (swipe.isArmed && !was) navigator.vibrate?.(8);
      }
      touched.swipe = swipe;
    };
    const lift = (event: TouchEvent) => {
      if (!touched) return;
      const { article, swipe, isPressed } = touched;
      // What follows is no click.
      if (isPressed) event.preventDefault();
      end();
      if (swipe.kind === 'swiping' && swipe.isArmed && article.dataset.seq)
        reply.current(Number(article.dataset.seq));
    };
    const menu = (event: MouseEvent) => {
      const article = articleOf(event.target);
      if (!article || isSelecting(article)) return;
      if (touched) {
        event.preventDefault();
        if (!touched.isPressed) touched.isPressed = openMenu(article);
        clearTimeout(touched.timer);
        return;
      }
      // The browser's own has what is to be done with a link, a picture, and what is selected. By the menu's own button the keyboard asks.
      const browsers = 'a, img, video, input, button:not([aria-haspopup="menu"])';
      const isBrowsers = (event.target as Element).closest(browsers) !== null;
      if (isBrowsers || getSelection()?.isCollapsed === false) return;
      if (openMenu(article)) event.preventDefault();
    };
    const { signal } = listening;
    element.addEventListener('touchstart', start, { passive: true, signal });
    element.addEventListener('touchmove', move, { passive: true, signal });
    element.addEventListener('touchend', lift, { signal });
    element.addEventListener('touchcancel', end, { signal });
    element.addEventListener('contextmenu', menu, { signal });
    return () => {
      end();
      listening.abort();
    };
  }, [scroller]);
}

const articleOf = (target: EventTarget | null): HTMLElement | null =>
  target instanceof Element ? target.closest<HTMLElement>('article[data-index]') : null;

/** Then a press means the message as a whole. */
const isSelecting = (article: HTMLElement): boolean => article.dataset.selecting !== undefined;

/** By its button, where the menu stands; false where there is none. */
function openMenu(article: HTMLElement): boolean {
  const button = article.querySelector<HTMLElement>('[aria-haspopup="menu"]');
  button?.click();
  return button !== null;
}
