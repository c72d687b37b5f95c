import { memo } from 'react';
import { Face } from '../files/face.tsx';
import { hueOf } from '../state/hues.ts';
import styles from './avatar.module.css';
import { classNames } from './class-names.ts';
import { hueClass } from './hue.ts';
import { initialsOf } from './initials.ts';

/** The picture, or what is made from initials until there is one; a decoration, the name stands beside it. */
export const Avatar = memo(function Avatar({
  id,
  name,
  size = 'medium',
  group = false,
  online = false,
  hue = hueOf(id),
  icon,
}: {
  id: number;
  name: string;
  size?: 'small' | 'medium' | 'large';
  group?: boolean;
  online?: boolean;
  /** Where it is another than everywhere, as within a group. */
  hue?: number;
  /** Of a profile that is known here alone. */
  icon?: string | undefined;
}) {
  return (
    <span
      aria-hidden
      className={classNames(styles.avatar, styles[size], group && styles.group, hueClass(hue))}
    >
      {initialsOf(name)}
      <Face id={id} group={group} icon={icon} />
      {online && <span className={styles.dot} />}
    </span>
  );
});
