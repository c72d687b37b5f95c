import { Menu } from '@base-ui/react/menu';
import { Ellipsis } from 'lucide-react';
import { memo } from 'react';
import { Avatar } from '../design/avatar.tsx';
import { classNames } from '../design/class-names.ts';
import { useFormats, useText } from '../i18n/language.tsx';
import { nameOf } from '../state/people.ts';
import type { Timeline } from '../state/timeline.ts';
import { useObserved } from '../state/use-observed.ts';
import { useWorkspace } from '../state/workspace-context.ts';
import styles from './bubble.module.css';
import { FailedLine } from './failed-line.tsx';
import { isEmojiOnly } from './linkify.ts';
import type { MessageMenuHandle } from './message-menu.tsx';
import { MessageText } from './message-text.tsx';
import { ReplyQuote } from './reply-quote.tsx';
import type { Said } from './said.ts';
import { StateMark } from './state-mark.tsx';

export const Bubble = memo(
  function Bubble({
    said,
    group,
    follows,
    timeline,
    menu,
    reachable,
    onShow,
  }: {
    said: Said;
    group: boolean;
    /** Belongs to the message before: no name and picture of its own. */
    follows: boolean;
    timeline: Timeline;
    menu: MessageMenuHandle;
    /** Whether Tab comes to its menu: it does at one message at a time. */
    reachable: boolean;
    onShow: (seq: number) => void;
  }) {
    const text = useText();
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
        <Menu.Trigger
          handle={menu}
          payload={said}
          className={styles.more}
          aria-label={text('talk.actions')}
          tabIndex={reachable ? 0 : -1}
        >
          <Ellipsis size={18} aria-hidden />
        </Menu.Trigger>
      </div>
    );
  },
  (before, after) =>
    before.timeline === after.timeline &&
    before.group === after.group &&
    before.follows === after.follows &&
    before.menu === after.menu &&
    before.reachable === after.reachable &&
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
