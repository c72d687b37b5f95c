import { CircleCheck } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useText } from '../i18n/language.tsx';
import { formatRoute, navigate } from '../shell/route.ts';
import { useNow } from '../shell/use-now.ts';
import styles from './accounts.module.css';

const secondsShown = 5;

/** Says that it is done, and goes on to the log-in page after a countdown that a link skips. */
export function DonePanel({ children }: { children: string }) {
  const text = useText();
  const [until] = useState(() => Date.now() + secondsShown * 1_000);
  const left = Math.max(0, Math.ceil((until - useNow(200)) / 1_000));
  useEffect(() => {
    if (left === 0) navigate({ section: 'login' });
  }, [left]);
  return (
    <div className={styles.done} role="status">
      <CircleCheck size={56} strokeWidth={1.5} className={styles.doneIcon} aria-hidden />
      <p>{children}</p>
      <p className={styles.intro}>{text('done.countdown', { count: left })}</p>
      <a href={formatRoute({ section: 'login' })}>{text('done.now')}</a>
    </div>
  );
}
