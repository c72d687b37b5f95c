import { ArrowLeft, ChartBar, Clock, EllipsisVertical, Files, Info, UserRound } from 'lucide-react';
import { useActsText } from '../acts/acts-texts.ts';
import { Avatar } from '../design/avatar.tsx';
import { IconButton } from '../design/button.tsx';
import { ActionMenu } from '../design/menu.tsx';
import room from '../design/room.module.css';
import { useText } from '../i18n/language.tsx';
import { navigate } from '../shell/route.ts';
import type { Conversation } from '../state/conversations.ts';
import { nameOf } from '../state/people.ts';
import { useObserved } from '../state/use-observed.ts';
import { useWorkspace } from '../state/workspace-context.ts';
import styles from './conversation-header.module.css';
import { usePreferenceActions } from './use-preference-actions.ts';

/** Who the conversation is with, what they are doing, and what can be done with it. */
export function ConversationHeader({
  conversation,
  name,
  onDetails,
  onShared,
  onPoll,
  onLater,
}: {
  conversation: Conversation;
  name: string;
  onDetails: () => void;
  /** Undefined where there are no files. */
  onShared: (() => void) | undefined;
  /** Undefined where one cannot write. */
  onPoll: (() => void) | undefined;
  onLater: (() => void) | undefined;
}) {
  const text = useText();
  const preferences = usePreferenceActions(conversation);
  const say = useActsText();
  const actions = [
    ...(onPoll ? [{ label: say('poll'), icon: ChartBar, run: onPoll }] : []),
    ...(onLater ? [{ label: say('later'), icon: Clock, run: onLater }] : []),
    ...(onShared ? [{ label: text('files.shared'), icon: Files, run: onShared }] : []),
    ...preferences,
  ];
  const { conversation: id, kind, peer } = conversation;
  const group = kind === 'group';
  const showDetails = () => (group ? onDetails() : navigate({ section: 'contacts', person: peer!.id }));
  return (
    <header className={styles.header}>
      <IconButton
        label={text('action.back')}
        className={room.back}
        onClick={() => navigate({ section: 'chats' })}
      >
        <ArrowLeft size={20} aria-hidden />
      </IconButton>
      <Avatar id={peer?.id ?? id} icon={peer?.icon} name={name} group={group} />
      <div className={styles.who}>
        <h2 className={styles.name}>
          {group || peer ? (
            <button
              type="button"
              className={styles.open}
              title={text(group ? 'talk.details' : 'talk.profile')}
              onClick={showDetails}
            >
              <bdi>{name}</bdi>
            </button>
          ) : (
            <bdi>{name}</bdi>
          )}
        </h2>
        <p className={styles.status}>
          <Status conversation={conversation} />
        </p>
      </div>
      {(group || peer) && (
        <IconButton label={text(group ? 'talk.details' : 'talk.profile')} onClick={showDetails}>
          {group ? <Info size={20} aria-hidden /> : <UserRound size={20} aria-hidden />}
        </IconButton>
      )}
      <ActionMenu
        trigger={
          <IconButton label={text('action.more')}>
            <EllipsisVertical size={20} aria-hidden />
          </IconButton>
        }
        actions={actions}
      />
    </header>
  );
}

/** Who types; else whether the other one is online, or how many members there are. */
function Status({ conversation }: { conversation: Conversation }) {
  const text = useText();
  const { typing, people } = useWorkspace();
  const typists = useObserved(typing, (all) => all.in(conversation.conversation));
  const names = useObserved(people, (all) =>
    typists.map((id) => nameOf(all.profile(id) ?? conversation.peer ?? nobody(id))).join('\n'),
  ).split('\n');
  const online = useObserved(people, (all) => all.friend(conversation.peer?.id ?? 0)?.online);
  if (typists.length === 1)
    return <span className={styles.typing}>{text('talk.typing.one', { name: names[0]! })}</span>;
  if (typists.length === 2) {
    return (
      <span className={styles.typing}>{text('talk.typing.two', { one: names[0]!, other: names[1]! })}</span>
    );
  }
  if (typists.length > 2) return <span className={styles.typing}>{text('talk.typing.many')}</span>;
  if (conversation.kind === 'group') {
    if (!conversation.member) return text('chats.left');
    const members = text('talk.members', { count: conversation.memberCount });
    const topic = conversation.settings?.topic;
    return topic ? (
      <>
        {members} · <bdi title={topic}>{topic}</bdi>
      </>
    ) : (
      members
    );
  }
  if (online === undefined) return null;
  return text(online ? 'talk.online' : 'talk.offline');
}

const nobody = (id: number) => ({ id, name: `${id}`, nick: '', description: '', sex: 0, icon: '' });
