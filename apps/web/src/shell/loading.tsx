import hidden from '../design/unseen.module.css';
import { useText } from '../i18n/language.tsx';
import styles from './shell.module.css';

/** The page while it is not known yet who is there: calm, and gone in a moment. */
export function Loading() {
  const text = useText();
  return (
    <main className={styles.loading} aria-busy>
      <h1 className={hidden.unseen}>{text('app.loading')}</h1>
      <img src="./icon.svg" width={56} height={56} alt="" />
    </main>
  );
}
