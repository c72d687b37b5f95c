import { Button as BaseButton } from '@base-ui/react/button';
import { Tooltip } from '@base-ui/react/tooltip';
import type { ComponentProps, ReactElement } from 'react';
import styles from './button.module.css';
import { classNames } from './class-names.ts';

type Look = 'primary' | 'quiet' | 'danger' | 'plain' | 'plainDanger';

export function Button({
  look = 'primary',
  small = false,
  wide = false,
  className,
  ...props
}: ComponentProps<typeof BaseButton> & { look?: Look; small?: boolean; wide?: boolean; className?: string }) {
  return (
    <BaseButton
      {...props}
      className={classNames(
        styles.button,
        styles[look],
        small && styles.small,
        wide && styles.wide,
        className,
      )}
    />
  );
}

/** A button that shows an icon and says its label as a tooltip and to screen readers. */
export function IconButton({
  label,
  accent = false,
  className,
  ...props
}: ComponentProps<typeof BaseButton> & { label: string; accent?: boolean; className?: string }) {
  return (
    <Tip label={label}>
      <BaseButton
        {...props}
        aria-label={label}
        className={classNames(styles.icon, accent && styles.iconAccent, className)}
      />
    </Tip>
  );
}

/** Shows the label when its button is pointed at or focused, to the eye alone: the button itself is called so. */
export function Tip({ label, children }: { label: string; children: ReactElement<Record<string, unknown>> }) {
  return (
    <Tooltip.Root>
      <Tooltip.Trigger render={children} />
      <Tooltip.Portal>
        <Tooltip.Positioner sideOffset={6}>
          <Tooltip.Popup className={styles.tip} aria-hidden>
            {label}
          </Tooltip.Popup>
        </Tooltip.Positioner>
      </Tooltip.Portal>
    </Tooltip.Root>
  );
}
