import { useEffect } from 'react';
import { saidText } from '../files/summary.ts';
import { useText } from '../i18n/language.tsx';
import type { MessageSource } from '../state/message-source.ts';
import { nameOf } from '../state/people.ts';
import { useObserved } from '../state/use-observed.ts';
import { useWorkspace } from '../state/workspace-context.ts';
import { goneText, useRecalled } from './recalled-text.tsx';
import styles from './reply-quote.module.css';

const longestQuote = 160;

/** The message that is replied to: who said what; a click shows it in its place. */
export function ReplyQuote({
  seq,
  timeline,
  reachable,
  onShow,
}: {
  seq: number;
  timeline: MessageSource;
  /** Whether Tab comes to it. */
  reachable: boolean;
  onShow: (seq: number) => void;
}) {
  const text = useText();
  const { people, me } = useWorkspace();
  const message = useObserved(timeline, (messages) => messages.get(seq));
  const sender = useObserved(people, (all) => (message ? all.profile(message.sender) : undefined));
  const spoken = useObserved(people, (all) => message && all.spoken(message));
  useEffect(() => {
    timeline.wantOne(seq);
  }, [timeline, seq]);
  const recalled = useRecalled({ seq, recalledBy: message?.recalledBy }, timeline.conversation);
  const who =
    message && (message.sender === me ? text('talk.me') : sender ? nameOf(sender) : `${message.sender}`);
  return (
    <button type="button" className={styles.quote} tabIndex={reachable ? 0 : -1} onClick={() => onShow(seq)}>
      <bdi className={styles.who}>{who ?? text('talk.reply.missing', { seq })}</bdi>
      <bdi className={styles.said}>
        {recalled
          ? goneText(message ?? {}, text)
          : message
            ? saidText({ ...message, text: spoken ?? '' }, text)
                .slice(0, longestQuote)
                .toWellFormed()
            : '…'}
      </bdi>
    </button>
  );
}
