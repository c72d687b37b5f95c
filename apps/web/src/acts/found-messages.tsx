import type { Message } from '@berth/wire';
import type { LucideIcon } from 'lucide-react';
import { conversationName } from '../chats/conversation-name.ts';
import { goneText } from '../chats/recalled-text.tsx';
import { IconButton } from '../design/button.tsx';
import { passFocus } from '../design/pass-focus.ts';
import { saidText } from '../files/summary.ts';
import { useFormats, useText } from '../i18n/language.tsx';
import { navigate } from '../shell/route.ts';
import { nameOf } from '../state/people.ts';
import { useObserved } from '../state/use-observed.ts';
import { useWorkspace } from '../state/workspace-context.ts';
import styles from './found-messages.module.css';
import { placeOf } from './place-of.ts';

const longestPreview = 400;

interface FoundAction {
  label: string;
  icon: LucideIcon;
  run: (message: Message) => void;
}

/** Messages from anywhere in a list: a click shows one in its place. */
export function FoundMessages({
  messages,
  none,
  places = false,
  action,
  onShown,
}: {
  messages: readonly Message[];
  /** What is said when there are none. */
  none: string;
  /** Whether they are of several conversations, whose names are told. */
  places?: boolean;
  action?: FoundAction | undefined;
  onShown: () => void;
}) {
  const { place } = useWorkspace();
  if (messages.length === 0) return <p className={styles.none}>{none}</p>;
  return (
    <ul className={styles.list}>
      {messages.map((message) => (
        <li key={`${message.conversation} ${message.seq}`} className={styles.item}>
          <button
            type="button"
            className={styles.message}
            onClick={(event) => {
              place.value = placeOf(message, event);
              navigate({ section: 'chats', conversation: message.conversation });
              onShown();
            }}
          >
            <Words message={message} places={places} />
          </button>
          {action && (
            <IconButton
              label={action.label}
              onClick={(event) => {
                passFocus(event.currentTarget);
                action.run(message);
              }}
            >
              <action.icon size={18} aria-hidden />
            </IconButton>
          )}
        </li>
      ))}
    </ul>
  );
}

function Words({ message, places }: { message: Message; places: boolean }) {
  const text = useText();
  const formats = useFormats();
  const workspace = useWorkspace();
  const { people, conversations, me } = workspace;
  const { conversation: id, sender, sentAt, recalledBy } = message;
  const conversation = useObserved(conversations, (all) => (places ? all.get(id) : undefined));
  const who = useObserved(people, (all) => {
    if (sender === me) return text('talk.me');
    const profile = all.profile(sender);
    return profile ? nameOf(profile) : `${sender}`;
  });
  const where = useObserved(people, () =>
    conversation ? conversationName(conversation, workspace, text) : undefined,
  );
  return (
    <>
      <span className={styles.head}>
        <bdi className={styles.who}>{where === undefined || where === who ? who : `${who} · ${where}`}</bdi>
        <time className={styles.time}>{formats.full(sentAt)}</time>
      </span>
      <bdi className={styles.said}>
        {recalledBy === undefined
          ? saidText(message, text).slice(0, longestPreview).toWellFormed()
          : goneText(message, text)}
      </bdi>
    </>
  );
}
