import { classNames } from './class-names.ts';
import styles from './skeleton.module.css';

/** A row of a list that is still being loaded, as high as the row itself. */
export const SkeletonRow = ({ index = 0 }: { index?: number }) => (
  <div className={styles.row} aria-hidden>
    <span className={styles.round} />
    <span className={styles.lines}>
      <span className={classNames(styles.line, index % 3 === 1 ? styles.middle : styles.short)} />
      <span className={classNames(styles.line, index % 2 === 0 ? styles.long : styles.middle)} />
    </span>
  </div>
);

/** A list that is still being loaded. */
export const SkeletonList = ({ rows = 8 }: { rows?: number }) =>
  [...Array(rows).keys()].map((row) => <SkeletonRow key={row} index={row} />);
