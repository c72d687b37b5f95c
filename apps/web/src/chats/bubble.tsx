import type { OutgoingState } from '@berth/client';
import { Copy, Ellipsis, Reply } from 'lucide-react';
import { memo, useState } from 'react';
import { Avatar } from '../design/avatar.tsx';
import { classNames } from '../design/class-names.ts';
import { type Action, ActionMenu } from '../design/menu.tsx';
import { useFormats, useText } from '../i18n/language.tsx';
import { useNotice } from '../shell/notices.tsx';
import { nameOf } from '../state/people.ts';
import type { Timeline } from '../state/timeline.ts';
import { useObserved } from '../state/use-observed.ts';
import { useWorkspace } from '../state/workspace-context.ts';
import styles from './bubble.module.css';
import { FailedLine } from './failed-line.tsx';
import { isEmojiOnly } from './linkify.ts';
import { MessageText } from './message-text.tsx';
import { ReplyQuote } from './reply-quote.tsx';
import { StateMark } from './state-mark.tsx';

/** A message as it is shown, stored or on its way. */
export interface Said {
  cid: string;
  seq: number | undefined;
  sender: number;
  sentAt: number;
  text: string;
  replyTo?: number | undefined;
  mine: boolean;
  /** Of one's own. */
  state: OutgoingState | undefined;
  errorCode?: string | undefined;
}

export const Bubble = memo(
  function Bubble({
    said,
    group,
    follows,
    timeline,
    mayReply,
    onReply,
    onShow,
  }: {
    said: Said;
    group: boolean;
    /** Belongs to the message before: no name and picture of its own. */
    follows: boolean;
    timeline: Timeline;
    mayReply: boolean;
    onReply: (seq: number) => void;
    onShow: (seq: number) => void;
  }) {
    const formats = useFormats();
    const shownSender = group && !said.mine;
    const large = isEmojiOnly(said.text);
    return (
      <div className={classNames(styles.line, said.mine && styles.mine, !follows && styles.leads)}>
        {shownSender && (
          <span className={styles.picture}>{!follows && <SenderPicture user={said.sender} />}</span>
        )}
        <div className={styles.column}>
          <div className={classNames(styles.bubble, follows && styles.follows, large && styles.large)}>
            {shownSender && !follows && <SenderName user={said.sender} />}
            {said.replyTo !== undefined && (
              <ReplyQuote seq={said.replyTo} timeline={timeline} onShow={onShow} />
            )}
            <MessageText text={said.text} />
            <span className={styles.foot}>
              <time title={formats.full(said.sentAt)}>{formats.clock(said.sentAt)}</time>
              {said.state && <StateMark state={said.state} />}
            </span>
          </div>
          {said.state === 'failed' && (
            <FailedLine conversation={timeline.conversation} cid={said.cid} errorCode={said.errorCode} />
          )}
        </div>
        <MessageActions said={said} mayReply={mayReply} onReply={onReply} />
      </div>
    );
  },
  (before, after) =>
    before.timeline === after.timeline &&
    before.group === after.group &&
    before.follows === after.follows &&
    before.mayReply === after.mayReply &&
    before.said.cid === after.said.cid &&
    before.said.text === after.said.text &&
    before.said.seq === after.said.seq &&
    before.said.sentAt === after.said.sentAt &&
    before.said.state === after.said.state,
);

function useSenderName(user: number): string {
  const { people } = useWorkspace();
  const profile = useObserved(people, (all) => all.profile(user));
  if (!profile) people.want(user);
  return profile ? nameOf(profile) : `${user}`;
}

const SenderPicture = ({ user }: { user: number }) => (
  <Avatar id={user} name={useSenderName(user)} size="small" />
);

const SenderName = ({ user }: { user: number }) => <bdi className={styles.sender}>{useSenderName(user)}</bdi>;

/** What can be done with a message; the menu is made when it is pointed at or reached by Tab. */
function MessageActions({
  said,
  mayReply,
  onReply,
}: {
  said: Said;
  mayReply: boolean;
  onReply: (seq: number) => void;
}) {
  const text = useText();
  const notice = useNotice();
  const [made, setMade] = useState(false);
  const trigger = (
    <button
      type="button"
      className={styles.more}
      aria-label={text('talk.actions')}
      onPointerEnter={() => setMade(true)}
      onFocus={() => setMade(true)}
    >
      <Ellipsis size={18} aria-hidden />
    </button>
  );
  if (!made) return trigger;
  const actions: Action[] = [
    {
      label: text('action.copy'),
      icon: Copy,
      run: () => void navigator.clipboard.writeText(said.text).then(() => notice(text('talk.copied'))),
    },
  ];
  const { seq } = said;
  if (seq !== undefined && mayReply) {
    actions.unshift({ label: text('action.reply'), icon: Reply, run: () => onReply(seq) });
  }
  return <ActionMenu trigger={trigger} actions={actions} />;
}
