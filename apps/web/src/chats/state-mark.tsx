import type { OutgoingState } from '@berth/client';
import { Check, CheckCheck, CircleAlert, Clock } from 'lucide-react';
import { memo } from 'react';
import { classNames } from '../design/class-names.ts';
import { useText } from '../i18n/language.tsx';
import styles from './state-mark.module.css';

const icons = {
  waiting: Clock,
  sent: Check,
  delivered: CheckCheck,
  read: CheckCheck,
  failed: CircleAlert,
} as const;

/** How far a message of one's own has come. */
export const StateMark = memo(function StateMark({ state }: { state: OutgoingState }) {
  const text = useText();
  const Icon = icons[state];
  return (
    <span
      role="img"
      aria-label={text(`state.${state}`)}
      data-state={state}
      className={classNames(styles.mark, styles[state])}
    >
      <Icon size={15} strokeWidth={2.4} aria-hidden />
    </span>
  );
});
