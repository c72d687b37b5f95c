import { Button as BaseButton } from '@base-ui/react/button';
import type { ComponentProps } from 'react';
import styles from './button.module.css';
import { classNames } from './class-names.ts';

type Look = 'primary' | 'quiet' | 'danger' | 'plain' | 'plainDanger';

/** Disabled, it keeps the keyboard, which would be nowhere else. */
export function Button({
  look = 'primary',
  small = false,
  wide = false,
  className,
  ...props
}: ComponentProps<typeof BaseButton> & { look?: Look; small?: boolean; wide?: boolean; className?: string }) {
  return (
    <BaseButton
      focusableWhenDisabled
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

/** A button that shows an icon and says its label as a tip (`tip-layer.tsx`) and to screen readers. */
export function IconButton({
  label,
  accent = false,
  className,
  ...props
}: ComponentProps<typeof BaseButton> & { label: string; accent?: boolean; className?: string }) {
  return (
    <BaseButton
      focusableWhenDisabled
      {...props}
      aria-label={label}
      data-tip=""
      className={classNames(styles.icon, accent && styles.iconAccent, className)}
    />
  );
}
