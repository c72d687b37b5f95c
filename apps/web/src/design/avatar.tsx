import { memo } from 'react';
import { hueOf } from '../state/hues.ts';
import styles from './avatar.module.css';
import { classNames } from './class-names.ts';
import { hueClass } from './hue.ts';
import { initialsOf } from './initials.ts';

/** The picture made from initials; a decoration, the name stands beside it. */
export const Avatar = memo(function Avatar({
  id,
  name,
  size = 'medium',
  group = false,
  online = false,
  hue = hueOf(id),
}: {
  id: number;
  name: string;
  size?: 'small' | 'medium' | 'large';
  group?: boolean;
  online?: boolean;
  /** Where it is another than everywhere, as within a group. */
  hue?: number;
}) {
  return (
    <span
      aria-hidden
      className={classNames(styles.avatar, styles[size], group && styles.group, hueClass(hue))}
    >
      {initialsOf(name)}
      {online && <span className={styles.dot} />}
    </span>
  );
});
