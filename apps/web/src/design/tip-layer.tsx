import { Tooltip } from '@base-ui/react/tooltip';
import { useEffect, useState } from 'react';
import styles from './button.module.css';

const delayMs = 500;

/** What is done with a button's tip there, and when the page moves under it. */
const ends = ['focusout', 'pointerdown', 'keydown', 'scroll'] as const;

/**
 * Shows the label of an icon button that is pointed at or has the keyboard, to the eye alone: the button itself is called
 * so. One for all buttons, which know nothing of it.
 */
export function TipLayer() {
  const [tip, setTip] = useState<{ button: HTMLElement; open: boolean }>();
  useEffect(() => {
    const listening = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let pointed: HTMLElement | undefined;
    const hide = () => {
      clearTimeout(timer);
      // Where it stood until it has faded.
      setTip((before) => before && { ...before, open: false });
    };
    const show = (button: HTMLElement) => setTip({ button, open: true });
    const point = ({ target, pointerType }: PointerEvent) => {
      const button = pointerType === 'mouse' ? buttonOf(target) : undefined;
      if (button === pointed) return;
      pointed = button;
      hide();
      if (button) timer = setTimeout(() => show(button), delayMs);
    };
    const focus = ({ target }: FocusEvent) => {
      const button = buttonOf(target);
      if (button?.matches(':focus-visible')) show(button);
    };
    const options = { capture: true, passive: true, signal: listening.signal };
    document.addEventListener('pointerover', point, options);
    document.addEventListener('focusin', focus, options);
    for (const type of ends) document.addEventListener(type, hide, options);
    return () => {
      clearTimeout(timer);
      listening.abort();
    };
  }, []);
  return (
    <Tooltip.Root open={tip?.open ?? false}>
      <Tooltip.Portal>
        <Tooltip.Positioner anchor={tip?.button ?? null} sideOffset={6}>
          <Tooltip.Popup className={styles.tip} aria-hidden>
            {tip?.button.ariaLabel}
          </Tooltip.Popup>
        </Tooltip.Positioner>
      </Tooltip.Portal>
    </Tooltip.Root>
  );
}

const buttonOf = (target: EventTarget | null): HTMLElement | undefined =>
  (target instanceof Element && target.closest<HTMLElement>('[data-tip]')) || undefined;
