import { ArrowLeft } from 'lucide-react';
import type { ReactNode } from 'react';
import { useText } from '../i18n/language.tsx';
import { navigate, type Route } from '../shell/route.ts';
import { IconButton } from './button.tsx';
import styles from './page-frame.module.css';
import room from './room.module.css';

/** A page of a room: its title over its content; on a phone with the way back to the room's list. */
export function PageFrame({ title, back, children }: { title: string; back: Route; children: ReactNode }) {
  const text = useText();
  return (
    <div className={styles.page}>
      <header className={styles.head}>
        <IconButton label={text('action.back')} className={room.back} onClick={() => navigate(back)}>
          <ArrowLeft size={20} aria-hidden />
        </IconButton>
        <h2 className={styles.title}>{title}</h2>
      </header>
      <div className={styles.content}>{children}</div>
    </div>
  );
}
