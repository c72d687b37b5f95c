import { Menu } from '@base-ui/react/menu';
import { Ellipsis } from 'lucide-react';
import { memo } from 'react';
import { ForwardedLine } from '../acts/forwarded-line.tsx';
import { Avatar } from '../design/avatar.tsx';
import { classNames } from '../design/class-names.ts';
import { hueClass } from '../design/hue.ts';
import hidden from '../design/unseen.module.css';
import { Attachments, isBare } from '../files/attachments.tsx';
import { attachedText } from '../files/summary.ts';
import { useFormats, useText } from '../i18n/language.tsx';
import { lazyPart } from '../shell/part.tsx';
import type { MessageSource } from '../state/message-source.ts';
import { nameOf } from '../state/people.ts';
import { useObserved } from '../state/use-observed.ts';
import { useWorkspace } from '../state/workspace-context.ts';
import styles from './bubble.module.css';
import { EditedMark } from './edited-mark.tsx';
import { FailedLine } from './failed-line.tsx';
import { LinkPreview } from './link-preview.tsx';
import { isEmojiOnly } from './linkify.ts';
import type { MessageMenuHandle } from './message-menu.tsx';
import { MessageText } from './message-text.tsx';
import { Reachable } from './reachable.ts';
import { Reactions } from './reactions.tsx';
import { RecalledText, useRecalled } from './recalled-text.tsx';
import { ReplyQuote } from './reply-quote.tsx';
import type { Said } from './said.ts';
import { StateMark } from './state-mark.tsx';
import { ThreadCount } from './thread-count.tsx';

const PollCard = lazyPart(async () => (await import('../acts/poll-card.tsx')).PollCard, 'within');

export const Bubble = memo(
  function Bubble({
    said,
    group,
    follows,
    timeline,
    menu,
    reachable,
    label,
    onShow,
  }: {
    said: Said;
    group: boolean;
    /** Belongs to the message before: no name and picture of its own. */
    follows: boolean;
    timeline: MessageSource;
    menu: MessageMenuHandle;
    /** Whether Tab comes to its menu: it does at one message at a time. */
    reachable: boolean;
    /** See `labelOf`. */
    label: string;
    onShow: (seq: number) => void;
  }) {
    const text = useText();
    const formats = useFormats();
    const shownSender = group && !said.mine;
    const named = shownSender && !follows;
    const name = useSenderName(said);
    const { hues } = useWorkspace();
    const hue = useObserved(hues, (all) => all.of(timeline.conversation, said.sender));
    const recalled = useRecalled(said, timeline.conversation);
    const large = !recalled && isEmojiOnly(said.text);
    return (
      <div className={classNames(styles.line, said.mine && styles.mine, !follows && styles.leads)}>
        {shownSender && (
          <span className={styles.picture}>
            {named && <Avatar id={said.sender} name={name} size="small" hue={hue} />}
          </span>
        )}
        <div className={styles.column}>
          <div className={classNames(styles.bubble, follows && styles.follows, large && styles.large)}>
            <bdi
              id={`${label}-who`}
              className={named ? classNames(styles.sender, hueClass(hue)) : hidden.unseen}
            >
              {name}
            </bdi>
            {said.forwarded && !recalled && <ForwardedLine forwarded={said.forwarded} />}
            {said.replyTo !== undefined && !recalled && (
              <ReplyQuote seq={said.replyTo} timeline={timeline} reachable={reachable} onShow={onShow} />
            )}
            {said.attachments && !recalled && (
              <Attachments
                attachments={said.attachments}
                message={{ conversation: timeline.conversation, seq: said.seq }}
                reachable={reachable}
              />
            )}
            <div
              className={classNames(
                styles.words,
                !recalled && !said.unkept && isBare(said.attachments, said.text) && styles.bare,
              )}
            >
              <div id={`${label}-said`} className={styles.said}>
                {said.attachments && !recalled && (
                  <span className={hidden.unseen}>{attachedText(said.attachments, text)}</span>
                )}
                {recalled || said.unkept ? (
                  <RecalledText said={said} />
                ) : said.poll ? (
                  <PollCard
                    conversation={timeline.conversation}
                    seq={said.seq}
                    poll={said.poll}
                    mine={said.mine}
                    reachable={reachable}
                  />
                ) : (
                  said.text !== '' && (
                    <Reachable value={reachable}>
                      <MessageText text={said.text} mentions={said.mentions} />
                    </Reachable>
                  )
                )}
              </div>
              {!recalled && !said.poll && <LinkPreview text={said.text} reachable={reachable} />}
              <span className={styles.foot}>
                {said.editedAt !== undefined && !recalled && <EditedMark at={said.editedAt} />}
                <time id={`${label}-time`} title={formats.full(said.sentAt)}>
                  {formats.clock(said.sentAt)}
                </time>
                {said.state && <StateMark state={said.state} />}
              </span>
            </div>
          </div>
          {said.seq !== undefined && said.reactions && !recalled && (
            <Reactions
              conversation={timeline.conversation}
              seq={said.seq}
              reactions={said.reactions}
              reachable={reachable}
            />
          )}
          {said.seq !== undefined && said.replies && (
            <ThreadCount seq={said.seq} replies={said.replies} reachable={reachable} />
          )}
          {said.state === 'failed' && (
            <FailedLine conversation={timeline.conversation} cid={said.cid} errorCode={said.errorCode} />
          )}
        </div>
        {!recalled && (
          <Menu.Trigger
            handle={menu}
            payload={said}
            className={styles.more}
            aria-label={text('talk.actions')}
            tabIndex={reachable ? 0 : -1}
          >
            <Ellipsis size={18} aria-hidden />
          </Menu.Trigger>
        )}
      </div>
    );
  },
  (before, after) =>
    before.timeline === after.timeline &&
    before.group === after.group &&
    before.follows === after.follows &&
    before.menu === after.menu &&
    before.reachable === after.reachable &&
    before.label === after.label &&
    before.said.cid === after.said.cid &&
    before.said.text === after.said.text &&
    before.said.attachments === after.said.attachments &&
    before.said.mentions === after.said.mentions &&
    before.said.seq === after.said.seq &&
    before.said.forwarded?.name === after.said.forwarded?.name &&
    before.said.changed === after.said.changed &&
    before.said.replies === after.said.replies &&
    before.said.sentAt === after.said.sentAt &&
    before.said.state === after.said.state,
);

/** What a message is called for whoever hears the page, by the ids of its parts: who, the words, when. */
export const labelOf = (label: string): string => `${label}-who ${label}-said ${label}-time`;

function useSenderName({ sender, mine }: Said): string {
  const text = useText();
  const { people } = useWorkspace();
  const profile = useObserved(people, (all) => all.profile(sender));
  if (mine) return text('talk.me');
  if (!profile) people.want(sender);
  return profile ? nameOf(profile) : `${sender}`;
}
