import type { Message } from '@berth/wire';
import { memo } from 'react';
import { classNames } from '../design/class-names.ts';
import { useFormats, useText } from '../i18n/language.tsx';
import { useNow } from '../shell/use-now.ts';
import type { Conversation } from '../state/conversations.ts';
import type { MessageSource } from '../state/message-source.ts';
import type { Outgoing } from '../state/outbox.ts';
import { useWorkspace } from '../state/workspace-context.ts';
import { Bubble } from './bubble.tsx';
import { EntryLine } from './entry-line.tsx';
import { beginsDay, continues } from './grouping.ts';
import type { MessageMenuHandle } from './message-menu.tsx';
import styles from './message-row.module.css';
import type { Said } from './said.ts';
import type { MessageRow } from './use-message-rows.ts';

export interface MessageRowProps {
  row: MessageRow;
  conversation: Conversation;
  timeline: MessageSource;
  received: number;
  read: number;
  isFirstNew: boolean;
  menu: MessageMenuHandle;
  reachable: boolean;
  label: string;
  onShow: (seq: number) => void;
}

/** A row: the day that it begins, the divider before what is new, and the bubble. */
export function MessageRowView({
  row,
  conversation,
  timeline,
  received,
  read,
  isFirstNew,
  menu,
  reachable,
  label,
  onShow,
}: MessageRowProps) {
  const { me } = useWorkspace();
  if (row.kind === 'stored' && !row.message) return <Placeholder odd={row.seq % 3 === 0} />;
  if (row.kind === 'stored' && row.message!.kind !== undefined) {
    const isNewDay = row.previous ? beginsDay(row.message!, row.previous) : row.seq === timeline.first;
    return (
      <>
        {isNewDay && <Day time={row.message!.sentAt} />}
        <EntryLine entry={row.message!} />
      </>
    );
  }
  const said =
    row.kind === 'stored' ? fromMessage(row.message!, me, received, read) : fromOutgoing(row.outgoing, me);
  const isFirst = row.kind === 'stored' && row.seq === timeline.first;
  // Before a message that is not loaded yet one cannot tell whether the day is another.
  const newDay = row.previous ? beginsDay(said, row.previous) : isFirst;
  return (
    <>
      {newDay && <Day time={said.sentAt} />}
      {isFirstNew && <NewDivider />}
      <Bubble
        said={said}
        group={conversation.kind === 'group'}
        follows={!isFirstNew && row.previous?.kind === undefined && continues(said, row.previous)}
        timeline={timeline}
        menu={menu}
        reachable={reachable}
        label={label}
        onShow={onShow}
      />
    </>
  );
}

function fromMessage(message: Message, me: number, received: number, read: number): Said {
  const mine = message.sender === me;
  const state = message.seq <= read ? 'read' : message.seq <= received ? 'delivered' : 'sent';
  return { ...message, mine, state: mine ? state : undefined };
}

const fromOutgoing = (
  { cid, text, attachments, mentions, replyTo, forwarded, poll, createdAt, state, seq, errorCode }: Outgoing,
  me: number,
): Said => ({
  cid,
  seq,
  text,
  attachments,
  mentions,
  replyTo,
  forwarded,
  poll,
  sender: me,
  sentAt: createdAt,
  mine: true,
  state,
  errorCode,
});

const Day = memo(function Day({ time }: { time: number }) {
  const formats = useFormats();
  const now = useNow(60_000);
  return (
    <p className={styles.day}>
      <time>{formats.day(time, now)}</time>
    </p>
  );
});

function NewDivider() {
  const text = useText();
  return (
    <p className={styles.divider}>
      <span>{text('talk.new')}</span>
    </p>
  );
}

/** Where a message will be. */
const Placeholder = ({ odd }: { odd: boolean }) => (
  <div className={classNames(styles.placeholder, odd && styles.odd)} aria-hidden />
);
