import { ArrowDown, AtSign } from 'lucide-react';
import type { MouseEvent } from 'react';
import { classNames } from '../design/class-names.ts';
import hidden from '../design/unseen.module.css';
import { useText } from '../i18n/language.tsx';
import styles from './jump-button.module.css';
import { useWritingText } from './writing-texts.ts';

/** The way to the newest message, with how many are new. */
export function JumpButton({
  unread,
  onClick,
}: {
  unread: number;
  onClick: (event: MouseEvent<HTMLElement>) => void;
}) {
  const text = useText();
  return (
    <button type="button" className={styles.jump} onClick={onClick}>
      <span className={hidden.unseen}>{text('talk.jump')}</span>
      {unread > 0 && <span className={styles.count}>{text('talk.jump.new', { count: unread })}</span>}
      <ArrowDown size={20} aria-hidden />
    </button>
  );
}

/** The way to the next message that mentions the user. */
export function MentionButton({
  count,
  onClick,
}: {
  count: number;
  onClick: (event: MouseEvent<HTMLElement>) => void;
}) {
  const text = useWritingText();
  return (
    <button type="button" className={classNames(styles.jump, styles.mention)} onClick={onClick}>
      <span className={hidden.unseen}>{text('mention.next')}</span>
      <span className={styles.count}>{count}</span>
      <AtSign size={20} aria-hidden />
    </button>
  );
}
