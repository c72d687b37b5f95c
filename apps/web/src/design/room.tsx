import type { ReactNode } from 'react';
import { classNames } from './class-names.ts';
import styles from './room.module.css';

/** A column to choose from, and beside it what was chosen; on a phone and a small tablet one at a time. */
export function Room({
  title,
  column,
  deep,
  children,
}: {
  title: string;
  /** Bears the title as its heading. */
  column: ReactNode;
  /** Whether something was chosen. */
  deep: boolean;
  children: ReactNode;
}) {
  return (
    <main tabIndex={-1} className={classNames(styles.room, deep && styles.deep)}>
      <h1 className={styles.unseenTitle}>{title}</h1>
      {column}
      <div id="content" tabIndex={-1} className={styles.main}>
        {children}
      </div>
    </main>
  );
}
