import { ContextMenu } from '@base-ui/react/context-menu';
import { Menu } from '@base-ui/react/menu';
import type { LucideIcon } from 'lucide-react';
import type { ComponentProps, ReactElement } from 'react';
import { useText } from '../i18n/language.tsx';
import { classNames } from './class-names.ts';
import styles from './popup.module.css';

export interface Action {
  label: string;
  icon: LucideIcon;
  danger?: boolean;
  run: () => void;
}

/** What can be done, behind a button. */
export function ActionMenu({
  trigger,
  actions,
}: {
  trigger: ReactElement<Record<string, unknown>>;
  actions: readonly Action[];
}) {
  return (
    <Menu.Root>
      <Menu.Trigger render={trigger} />
      <ActionPopup actions={actions} />
    </Menu.Root>
  );
}

/** The list of a menu, for menus that have no trigger of their own. */
export function ActionPopup({
  actions,
  finalFocus = true,
}: {
  actions: readonly Action[];
  /** Where the focus goes when it closes: true is where it was. */
  finalFocus?: ComponentProps<typeof Menu.Popup>['finalFocus'];
}) {
  const text = useText();
  return (
    <Menu.Portal>
      {/* A landmark of its own: it stands outside of all others. */}
      <Menu.Positioner
        className={styles.layer}
        sideOffset={4}
        align="end"
        role="region"
        aria-label={text('action.more')}
      >
        <Menu.Popup className={styles.popup} finalFocus={finalFocus}>
          <Items actions={actions} />
        </Menu.Popup>
      </Menu.Positioner>
    </Menu.Portal>
  );
}

/** What can be done with something, by a long press, the right button or the menu key. */
export function ContextActions({
  children,
  actions,
}: {
  children: ReactElement<Record<string, unknown>>;
  actions: readonly Action[];
}) {
  const text = useText();
  return (
    <ContextMenu.Root>
      <ContextMenu.Trigger render={children} />
      <ContextMenu.Portal>
        <ContextMenu.Positioner className={styles.layer} role="region" aria-label={text('action.more')}>
          <ContextMenu.Popup className={styles.popup}>
            <Items actions={actions} />
          </ContextMenu.Popup>
        </ContextMenu.Positioner>
      </ContextMenu.Portal>
    </ContextMenu.Root>
  );
}

const Items = ({ actions }: { actions: readonly Action[] }) =>
  actions.map(({ label, icon: Icon, danger, run }) => (
    <Menu.Item key={label} className={classNames(styles.item, danger && styles.itemDanger)} onClick={run}>
      <Icon size={18} aria-hidden />
      {label}
    </Menu.Item>
  ));
