import { BellOff, Pin } from 'lucide-react';
import { memo } from 'react';
import { Avatar } from '../design/avatar.tsx';
import { classNames } from '../design/class-names.ts';
import { ContextActions } from '../design/menu.tsx';
import hidden from '../design/unseen.module.css';
import type { RovingItem } from '../design/use-roving-list.ts';
import { saidText } from '../files/summary.ts';
import { useFormats, useText } from '../i18n/language.tsx';
import { formatRoute } from '../shell/route.ts';
import { useNow } from '../shell/use-now.ts';
import type { Conversation } from '../state/conversations.ts';
import { nameOf } from '../state/people.ts';
import { useObserved } from '../state/use-observed.ts';
import { useWorkspace } from '../state/workspace-context.ts';
import { conversationName } from './conversation-name.ts';
import styles from './conversation-row.module.css';
import { entryText } from './entry-text.ts';
import { goneText } from './recalled-text.tsx';
import { usePreferenceActions } from './use-preference-actions.ts';

const longestPreview = 120;

/** A conversation in the list: who, when, the last words and how much is unread. */
export const ConversationRow = memo(function ConversationRow({
  conversation,
  open,
  ...item
}: {
  conversation: Conversation;
  open: boolean;
} & RovingItem) {
  const text = useText();
  const formats = useFormats();
  const workspace = useWorkspace();
  const actions = usePreferenceActions(conversation);
  const now = useNow(60_000);
  const { conversation: id, kind, last, unread, mentions = [], peer } = conversation;
  const name = useObserved(workspace.people, () => conversationName(conversation, workspace, text));
  const online = useObserved(
    workspace.people,
    (people) => peer !== undefined && people.friend(peer.id)?.online === true,
  );
  return (
    <ContextActions actions={actions}>
      <a
        {...item}
        href={formatRoute({ section: 'chats', conversation: id })}
        className={classNames(styles.row, open && styles.open)}
        aria-current={open ? 'true' : undefined}
      >
        <Avatar id={peer?.id ?? id} icon={peer?.icon} name={name} group={kind === 'group'} online={online} />
        <span className={styles.lines}>
          <span className={styles.line}>
            <bdi className={styles.name}>{name}</bdi>
            {last && <time className={styles.time}>{formats.brief(last.sentAt, now)}</time>}
          </span>
          <span className={styles.line}>
            <Preview conversation={conversation} />
            {conversation.silenced && (
              <BellOff size={14} aria-label={text('chats.silenced')} className={styles.mark} />
            )}
            {conversation.pinned && (
              <Pin size={14} aria-label={text('chats.pinned')} className={styles.mark} />
            )}
            {mentions.length > 0 && (
              <span className={styles.unread}>
                <span aria-hidden>@</span>
                <span className={hidden.unseen}>{text('chats.mentions', { count: mentions.length })}</span>
              </span>
            )}
            {unread === 0 && conversation.markedUnread && (
              <span className={styles.unread} role="img" aria-label={text('chats.markedUnread')} />
            )}
            {unread > 0 && (
              <span className={classNames(styles.unread, conversation.silenced && styles.quiet)}>
                <span aria-hidden>{unread > 999 ? '999+' : unread}</span>
                <span className={hidden.unseen}>{text('nav.unread', { count: unread })}</span>
              </span>
            )}
          </span>
        </span>
      </a>
    </ContextActions>
  );
});

function Preview({ conversation }: { conversation: Conversation }) {
  const text = useText();
  const { drafts, people, me } = useWorkspace();
  const kept = useObserved(drafts, (all) => all.get(conversation.conversation));
  const draft = useObserved(people, (all) => kept && all.spoken(kept));
  const { last, kind } = conversation;
  const sender = useObserved(people, (all) =>
    last && kind === 'group' ? all.profile(last.sender) : undefined,
  );
  const spoken = useObserved(people, (all) => last && all.spoken(last));
  const happened = useObserved(people, (all) =>
    last?.kind === undefined ? undefined : entryText(last, all, me, text),
  );
  if (draft) {
    return (
      <span className={styles.preview}>
        <span className={styles.draft}>{text('chats.draft')}</span> <bdi>{brief(draft)}</bdi>
      </span>
    );
  }
  if (!last) return <span className={styles.preview}>{text('chats.empty')}</span>;
  if (happened !== undefined) return <bdi className={styles.preview}>{brief(happened)}</bdi>;
  const said =
    last.recalledBy === undefined
      ? brief(saidText({ ...last, text: spoken ?? '' }, text))
      : goneText(last, text);
  return (
    <bdi className={styles.preview}>
      {last.sender === me
        ? text('chats.you', { text: said })
        : sender
          ? text('chats.says', { name: nameOf(sender), text: said })
          : said}
    </bdi>
  );
}

const brief = (text: string): string => text.slice(0, longestPreview).replace(/\s+/g, ' ').toWellFormed();
