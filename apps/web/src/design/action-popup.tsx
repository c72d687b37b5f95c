import { Menu } from '@base-ui/react/menu';
import { type ComponentProps, useRef } from 'react';
import { useText } from '../i18n/language.tsx';
import type { Action } from './action.ts';
import { classNames } from './class-names.ts';
import styles from './popup.module.css';

/** The list of a menu. */
export function ActionPopup({
  actions,
  anchor,
  align = 'end',
  start,
  finalFocus = true,
}: {
  actions: readonly Action[];
  /** Where it stands, when it has no trigger of its own. */
  anchor?: ComponentProps<typeof Menu.Positioner>['anchor'];
  align?: 'start' | 'end';
  /** The item that has the focus at first: it was opened with the keyboard. */
  start?: 'first' | 'last' | undefined;
  /** Where the focus goes when it closes: true is where it was. */
  finalFocus?: ComponentProps<typeof Menu.Popup>['finalFocus'];
}) {
  const text = useText();
  const popup = useRef<HTMLDivElement>(null);
  const firstOrLast = () =>
    [...(popup.current?.querySelectorAll<HTMLElement>('[role="menuitem"]') ?? [])].at(
      start === 'first' ? 0 : -1,
    );
  return (
    <Menu.Portal>
      {/* A landmark of its own: it stands outside of all others. */}
      <Menu.Positioner
        className={styles.layer}
        anchor={anchor}
        sideOffset={4}
        align={align}
        role="region"
        aria-label={text('action.more')}
      >
        <Menu.Popup
          ref={popup}
          className={styles.popup}
          finalFocus={finalFocus}
          // Base UI takes it, as it does of its other popups, though its types do not say so.
          {...(start && { initialFocus: firstOrLast })}
        >
          {actions.map(({ label, icon: Icon, danger, run }) => (
            <Menu.Item
              key={label}
              className={classNames(styles.item, danger && styles.itemDanger)}
              onClick={run}
            >
              <Icon size={18} aria-hidden />
              {label}
            </Menu.Item>
          ))}
        </Menu.Popup>
      </Menu.Positioner>
    </Menu.Portal>
  );
}
