import type { Message } from '@berth/wire';
import { SendHorizontal } from 'lucide-react';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { Avatar } from '../design/avatar.tsx';
import { Button, IconButton } from '../design/button.tsx';
import { Drawer } from '../design/dialog.tsx';
import { SkeletonList } from '../design/skeleton.tsx';
import { Attachments } from '../files/attachments.tsx';
import { errorText } from '../i18n/error-text.ts';
import { useFormats, useText } from '../i18n/language.tsx';
import type { Conversation } from '../state/conversations.ts';
import { nameOf } from '../state/people.ts';
import { useObserved } from '../state/use-observed.ts';
import { useWorkspace } from '../state/workspace-context.ts';
import { ClosedComposer, closedFor } from './closed-composer.tsx';
import { sendsBy } from './composer-keys.ts';
import { EditedMark } from './edited-mark.tsx';
import { MessageText } from './message-text.tsx';
import { RecalledText, useRecalled } from './recalled-text.tsx';
import styles from './thread-panel.module.css';
import { useMuted } from './use-muted.ts';
import { useSlow } from './use-slow.ts';
import { useThread } from './use-thread.ts';

/** What is said below a message, beside the conversation. */
export function ThreadPanel({
  conversation,
  name,
  root,
  onClose,
}: {
  conversation: Conversation;
  name: string;
  root: number;
  onClose: () => void;
}) {
  const text = useText();
  const id = conversation.conversation;
  const thread = useThread(id, root);
  const end = useRef<HTMLDivElement>(null);
  const last = thread.messages.at(-1)?.seq;
  // biome-ignore lint/correctness/useExhaustiveDependencies: to what came last
  useEffect(() => {
    // Nothing is returned: newer browsers answer with a promise, which React would call when the next one comes.
    end.current?.scrollIntoView({ block: 'end' });
  }, [last]);
  const closed = closedFor(conversation, useMuted(conversation));
  return (
    <Drawer open onClose={onClose} title={text('talk.thread.title')}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard scrolls it */}
      <div className={styles.scroller} tabIndex={0}>
        {thread.failure && (
          <p role="alert" className={styles.failure}>
            {thread.failure}{' '}
            <Button look="quiet" small onClick={thread.retry}>
              {text('action.retry')}
            </Button>
          </p>
        )}
        {!thread.root && !thread.failure && <SkeletonList rows={2} />}
        {thread.root && (
          <ul className={styles.root}>
            <Line message={thread.root} />
          </ul>
        )}
        {thread.earlier && (
          <Button look="quiet" small disabled={thread.busy} focusableWhenDisabled onClick={thread.earlier}>
            {text('action.show')}
          </Button>
        )}
        <div role="log" aria-label={text('talk.thread.replies')}>
          <ul className={styles.replies}>
            {thread.messages.map((message) => (
              <Line key={message.seq} message={message} />
            ))}
          </ul>
        </div>
        <div ref={end} />
      </div>
      {closed ? (
        <ClosedComposer conversation={conversation} name={name} why={closed} />
      ) : (
        <ReplyField conversation={conversation} root={root} />
      )}
    </Drawer>
  );
}

function Line({ message }: { message: Message }) {
  const text = useText();
  const formats = useFormats();
  const { people, me } = useWorkspace();
  const { conversation, seq, sender } = message;
  const profile = useObserved(people, (all) => all.profile(sender));
  const recalled = useRecalled(message, conversation);
  const name = sender === me ? text('talk.me') : profile ? nameOf(profile) : `${sender}`;
  return (
    <li className={styles.line} data-seq={seq}>
      <Avatar id={sender} icon={profile?.icon} name={name} size="small" />
      <div className={styles.words}>
        <p className={styles.head}>
          <bdi className={styles.name}>{name}</bdi>
          <time title={formats.full(message.sentAt)}>{formats.clock(message.sentAt)}</time>
          {message.editedAt !== undefined && !recalled && <EditedMark at={message.editedAt} />}
        </p>
        {recalled && <RecalledText said={message} />}
        {!recalled && message.attachments && (
          <Attachments attachments={message.attachments} message={{ conversation, seq }} reachable />
        )}
        {!recalled && message.text !== '' && <MessageText text={message.text} />}
      </div>
    </li>
  );
}

function ReplyField({ conversation, root }: { conversation: Conversation; root: number }) {
  const text = useText();
  const formats = useFormats();
  const { client } = useWorkspace();
  const [value, setValue] = useState('');
  const [problem, setProblem] = useState<string>();
  const slowMs = useSlow(conversation);
  const isEmpty = value.trim() === '';
  const send = () => {
    if (isEmpty || slowMs !== undefined) return;
    const said = value.trim();
    setProblem(undefined);
    const refused = (error: unknown) => {
      setValue((now) => (now === '' ? said : now));
      setProblem(errorText(error, text, formats));
    };
    try {
      const sent = client.send(conversation.conversation, said, { thread: root });
      setValue('');
      sent.whenSent().catch((error: unknown) => {
        sent.discard();
        refused(error);
      });
    } catch (error) {
      refused(error);
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (!sendsBy(event.nativeEvent)) return;
    event.preventDefault();
    send();
  };
  return (
    <footer className={styles.foot}>
      {problem && (
        <p role="alert" className={styles.failure}>
          {problem}
        </p>
      )}
      {slowMs !== undefined && (
        <p role="timer" className={styles.soft}>
          {text('talk.slow', { time: formats.countdown(slowMs) })}
        </p>
      )}
      <div className={styles.row}>
        <textarea
          className={styles.field}
          rows={1}
          dir="auto"
          enterKeyHint="send"
          aria-label={text('talk.thread')}
          placeholder={text('talk.placeholder')}
          value={value}
          onChange={(event) => setValue(event.target.value)}
          onKeyDown={onKeyDown}
        />
        <IconButton
          label={text('talk.send')}
          accent
          disabled={isEmpty || slowMs !== undefined}
          focusableWhenDisabled
          onClick={send}
        >
          <SendHorizontal size={20} aria-hidden />
        </IconButton>
      </div>
    </footer>
  );
}
