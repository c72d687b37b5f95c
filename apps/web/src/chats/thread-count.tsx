import type { Replies } from '@berth/wire';
import { MessagesSquare } from 'lucide-react';
import { useText } from '../i18n/language.tsx';
import { useOpenThread } from './open-thread.ts';
import styles from './reactions.module.css';

/** How much is said below a message, and whether some of it is new: leads there. */
export function ThreadCount({
  seq,
  replies: { count, last, read = last },
  reachable,
}: {
  seq: number;
  replies: Replies;
  reachable: boolean;
}) {
  const text = useText();
  const open = useOpenThread();
  if (!open) return null;
  return (
    <div className={styles.reactions}>
      <button
        type="button"
        className={last > read ? `${styles.chip} ${styles.mine}` : styles.chip}
        tabIndex={reachable ? 0 : -1}
        onClick={() => open(seq)}
      >
        <MessagesSquare size={14} aria-hidden />
        {text('talk.replies', { count })}
        {last > read && ` · ${text('talk.replies.new')}`}
      </button>
    </div>
  );
}
