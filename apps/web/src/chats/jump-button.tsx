import { ArrowDown } from 'lucide-react';
import { useText } from '../i18n/language.tsx';
import styles from './jump-button.module.css';

/** The way to the newest message, with how many are new. */
export function JumpButton({ unread, onClick }: { unread: number; onClick: () => void }) {
  const text = useText();
  return (
    <button type="button" className={styles.jump} onClick={onClick}>
      <span className={styles.unseen}>{text('talk.jump')}</span>
      {unread > 0 && <span className={styles.count}>{text('talk.jump.new', { count: unread })}</span>}
      <ArrowDown size={20} aria-hidden />
    </button>
  );
}
