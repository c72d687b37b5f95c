import { ArrowLeft } from 'lucide-react';
import type { ReactNode } from 'react';
import { IconButton } from '../design/button.tsx';
import room from '../design/room.module.css';
import { useText } from '../i18n/language.tsx';
import { navigate } from '../shell/route.ts';
import styles from './settings.module.css';

/** A page of the settings: its title over its content. */
export function SettingsFrame({ title, children }: { title: string; children: ReactNode }) {
  const text = useText();
  return (
    <div className={styles.page}>
      <header className={styles.head}>
        <IconButton
          label={text('action.back')}
          className={room.back}
          onClick={() => navigate({ section: 'settings' })}
        >
          <ArrowLeft size={20} aria-hidden />
        </IconButton>
        <h2 className={styles.title}>{title}</h2>
      </header>
      <div className={styles.content}>{children}</div>
    </div>
  );
}
