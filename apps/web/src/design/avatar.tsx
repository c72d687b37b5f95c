import { memo } from 'react';
import styles from './avatar.module.css';
import { classNames } from './class-names.ts';
import { colourOf, initialsOf } from './initials.ts';

/** The picture made from initials; a decoration, the name stands beside it. */
export const Avatar = memo(function Avatar({
  id,
  name,
  size = 'medium',
  group = false,
  online = false,
}: {
  id: number;
  name: string;
  size?: 'small' | 'medium' | 'large';
  group?: boolean;
  online?: boolean;
}) {
  return (
    <span
      aria-hidden
      className={classNames(
        styles.avatar,
        styles[size],
        group && styles.group,
        styles[`colour${colourOf(id)}`],
      )}
    >
      {initialsOf(name)}
      {online && <span className={styles.dot} />}
    </span>
  );
});
