import { Popover } from '@base-ui/react/popover';
import type { RefObject } from 'react';
import popup from '../design/popup.module.css';
import { useText } from '../i18n/language.tsx';
import styles from './emoji-picker.module.css';
import { EmojiPicker } from './emoji-picker.tsx';

/** The emoji above the button that opened them. */
export function EmojiPopover({
  anchor,
  finalFocus,
  onPick,
  onClose,
}: {
  anchor: RefObject<HTMLElement | null>;
  finalFocus: RefObject<HTMLElement | null>;
  onPick: (emoji: string) => void;
  onClose: () => void;
}) {
  const text = useText();
  return (
    <Popover.Root
      open
      onOpenChange={(open, { event }) => {
        // A press of the button closes it by itself.
        if (!open && !anchor.current?.contains(event.target as Node)) onClose();
      }}
    >
      <Popover.Portal>
        <Popover.Positioner className={popup.layer} anchor={anchor} side="top" align="start" sideOffset={8}>
          <Popover.Popup className={styles.popover} aria-label={text('talk.emoji')} finalFocus={finalFocus}>
            <EmojiPicker onPick={onPick} />
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}
