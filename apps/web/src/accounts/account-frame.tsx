import type { ReactNode } from 'react';
import { useText } from '../i18n/language.tsx';
import { LanguageMenu, ThemeMenu } from '../settings/choices.tsx';
import styles from './accounts.module.css';

/** The page around everything that is done before one is logged in. */
export function AccountFrame({
  title,
  text: intro,
  children,
  foot,
}: {
  title: string;
  text?: string;
  children: ReactNode;
  foot?: ReactNode;
}) {
  const text = useText();
  return (
    <div className={styles.page}>
      <header className={styles.top}>
        <LanguageMenu />
        <ThemeMenu />
      </header>
      <main className={styles.card}>
        <div className={styles.brand}>
          <img src="./icon.svg" width={48} height={48} alt="" />
          <div>
            <p className={styles.brandName}>{text('app.name')}</p>
            <p className={styles.tagline}>{text('app.tagline')}</p>
          </div>
        </div>
        <div className={styles.heading}>
          <h1 className={styles.title}>{title}</h1>
          {intro && <p className={styles.intro}>{intro}</p>}
        </div>
        {children}
        {foot && <p className={styles.foot}>{foot}</p>}
      </main>
    </div>
  );
}
