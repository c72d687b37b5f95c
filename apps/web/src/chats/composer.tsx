import { BerthError, type Mention } from '@berth/client';
import { Clock, SendHorizontal, Smile, X } from 'lucide-react';
import { type KeyboardEvent, type Ref, useEffect, useImperativeHandle, useRef, useState } from 'react';
import { useActsText } from '../acts/acts-texts.ts';
import { IconButton } from '../design/button.tsx';
import { ContextActions } from '../design/menu.tsx';
import { AttachMenu } from '../files/attach-menu.tsx';
import { useDesk } from '../files/desk.ts';
import { saidText } from '../files/summary.ts';
import { UploadTray } from '../files/upload-tray.tsx';
import { useUploads } from '../files/uploads-of.ts';
import { useAttach } from '../files/use-attach.ts';
import { VoiceButton } from '../files/voice-button.tsx';
import { errorText } from '../i18n/error-text.ts';
import { useFormats, useText } from '../i18n/language.tsx';
import { lazyPart } from '../shell/part.tsx';
import type { Conversation } from '../state/conversations.ts';
import { changedMentions, trimmedWords } from '../state/mention-ranges.ts';
import type { MessageSource } from '../state/message-source.ts';
import { nameOf } from '../state/people.ts';
import { useCell, useObserved } from '../state/use-observed.ts';
import { useWorkspace } from '../state/workspace-context.ts';
import { ClosedComposer, closedFor } from './closed-composer.tsx';
import styles from './composer.module.css';
import { sendsBy } from './composer-keys.ts';
import { useCompletion } from './use-completion.tsx';
import { useDraft } from './use-draft.ts';
import { EditingLine, useEditing } from './use-editing.tsx';
import { useMuted } from './use-muted.ts';
import { useSlow } from './use-slow.ts';

const EmojiPopover = lazyPart(async () => (await import('./emoji-popover.tsx')).EmojiPopover, 'dialog');

export interface ComposerHandle {
  /** Both answer with the field to be focused; nothing when one cannot write here. */
  replyTo(seq: number): HTMLElement | null;
  edit(seq: number): HTMLElement | null;
}

/** Where one writes. What was typed and not sent stays with its conversation, or its thread. */
export function Composer({
  conversation,
  timeline,
  thread,
  name,
  onSent,
  onLater,
  handle,
}: {
  conversation: Conversation;
  timeline: MessageSource;
  /** The message below which it is said; undefined in the conversation itself. */
  thread?: number;
  name: string;
  onSent: () => void;
  /** Undefined where nothing is sent later. */
  onLater?: (() => void) | undefined;
  handle: Ref<ComposerHandle>;
}) {
  const text = useText();
  const say = useActsText();
  const formats = useFormats();
  const { client } = useWorkspace();
  const uploads = useUploads();
  const id = conversation.conversation;
  const offered = useCell(useDesk().service.offer) !== undefined;
  const place = { conversation: id, thread };
  const attach = useAttach(place);
  const attached = useObserved(uploads, (all) => all.of(place).some(({ sealed }) => !sealed));
  const drafts = useDraft(id, thread);
  const { draft } = drafts;
  const [problem, setProblem] = useState<string>();
  const field = useRef<HTMLTextAreaElement>(null);
  const emojiButton = useRef<HTMLButtonElement>(null);
  const [picking, setPicking] = useState(false);
  const mutedUntil = useMuted(conversation);
  const slowMs = useSlow(conversation);
  const editing = useEditing(timeline, () => field.current?.focus());
  const value = editing.text ?? draft?.text ?? '';
  const mentions = (editing.seq === undefined ? draft?.mentions : editing.mentions) ?? [];
  const replyTo = editing.seq === undefined ? draft?.replyTo : undefined;

  useImperativeHandle(handle, () => ({
    replyTo: (seq) => {
      editing.end();
      drafts.set({ text: '', ...drafts.get(), replyTo: seq });
      return field.current;
    },
    edit: (seq) => {
      editing.begin(seq);
      return field.current;
    },
  }));
  // A keyboard that is there already may write at once; a phone's would cover the conversation.
  useEffect(() => {
    if (matchMedia('(hover: hover)').matches) field.current?.focus({ preventScroll: true });
  }, []);

  const change = (next: string, added?: Mention) => {
    setProblem(undefined);
    const meant = changedMentions(mentions, value, next, added);
    if (editing.seq !== undefined) {
      editing.change(next, meant);
      return;
    }
    drafts.set({
      text: next,
      ...(replyTo !== undefined && { replyTo }),
      ...(meant.length > 0 && { mentions: meant }),
    });
    if (next.trim() !== '' && thread === undefined) client.typing(id);
  };
  const cancelReply = () => {
    drafts.set({ text: value, mentions });
    field.current?.focus();
  };
  const problemOf = (error: unknown): string =>
    error instanceof BerthError && error.code === 'too_large'
      ? text('talk.tooLong')
      : errorText(error, text, formats);
  const send = () => {
    if (value.trim() === '' && (editing.seq !== undefined || !attached)) return;
    if (slowMs !== undefined && editing.seq === undefined) return;
    if (editing.seq !== undefined) {
      void editing.save().catch((error: unknown) => setProblem(problemOf(error)));
      return;
    }
    try {
      // What was attached goes with it, and nothing that is said overtakes it.
      const words = trimmedWords(value, mentions);
      const options = {
        ...(replyTo !== undefined && { replyTo }),
        ...(words.mentions.length > 0 && { mentions: words.mentions }),
      };
      const waits = uploads.seal(place, { text: words.text, ...options });
      if (!waits) client.send(id, words.text, { ...options, ...(thread !== undefined && { thread }) });
    } catch (error) {
      setProblem(problemOf(error));
      return;
    }
    drafts.clear();
    field.current?.focus();
    onSent();
  };
  const insert = (emoji: string) => {
    const area = field.current!;
    area.setRangeText(emoji, area.selectionStart, area.selectionEnd, 'end');
    change(area.value);
  };
  const completion = useCompletion({ field, conversation, timeline, change });
  const onKeyDown = (event: KeyboardEvent) => {
    if (completion.onKeyDown(event)) {
      event.preventDefault();
      // Nor does what it is in hear of it.
      event.stopPropagation();
    } else if (sendsBy(event.nativeEvent)) {
      event.preventDefault();
      send();
    } else if (event.key === 'Escape' && (editing.seq !== undefined || replyTo !== undefined)) {
      // It asks for nothing else.
      event.preventDefault();
      event.stopPropagation();
      if (editing.seq !== undefined) editing.end();
      else cancelReply();
    } else if (event.key === 'ArrowUp' && value === '' && editing.beginLast()) event.preventDefault();
  };

  const closed = closedFor(conversation, mutedUntil);
  if (closed) return <ClosedComposer conversation={conversation} name={name} why={closed} />;
  const sendButton = (
    <IconButton
      label={text('talk.send')}
      accent
      disabled={(value.trim() === '' && !attached) || (slowMs !== undefined && editing.seq === undefined)}
      onClick={send}
    >
      <SendHorizontal size={20} aria-hidden />
    </IconButton>
  );
  return (
    <footer className={styles.composer}>
      {problem && (
        <p role="alert" className={styles.problem}>
          {problem}
        </p>
      )}
      {slowMs !== undefined && (
        <p role="timer" className={styles.slow}>
          {text('talk.slow', { time: formats.countdown(slowMs) })}
        </p>
      )}
      {editing.seq !== undefined && <EditingLine onCancel={editing.end} />}
      <UploadTray place={place} name={name} />
      {replyTo !== undefined && <ReplyTo seq={replyTo} timeline={timeline} onCancel={cancelReply} />}
      <div className={styles.line}>
        <IconButton
          ref={emojiButton}
          label={text('talk.emoji')}
          aria-haspopup="dialog"
          aria-expanded={picking}
          onClick={() => setPicking(!picking)}
        >
          <Smile size={22} aria-hidden />
        </IconButton>
        {picking && (
          <EmojiPopover
            anchor={emojiButton}
            finalFocus={field}
            onPick={insert}
            onClose={() => setPicking(false)}
          />
        )}
        {offered && <AttachMenu place={place} />}
        {completion.popup}
        <textarea
          ref={field}
          className={styles.field}
          rows={1}
          dir="auto"
          enterKeyHint="send"
          aria-label={thread === undefined ? text('talk.composer', { name }) : text('talk.thread')}
          placeholder={text('talk.placeholder')}
          value={value}
          {...completion.attributes}
          onChange={(event) => {
            change(event.target.value);
            completion.look();
          }}
          onSelect={completion.look}
          onKeyDown={onKeyDown}
          onPaste={(event) => {
            const pasted = [...event.clipboardData.files];
            // A copied text may bring a picture of itself along.
            if (!offered || pasted.length === 0 || event.clipboardData.types.includes('text/plain')) return;
            event.preventDefault();
            attach(pasted.map((file) => ({ file })));
          }}
        />
        {offered && value.trim() === '' && !attached && editing.seq === undefined && slowMs === undefined ? (
          <VoiceButton
            place={place}
            replyTo={replyTo}
            onSent={() => {
              cancelReply();
              onSent();
            }}
          />
        ) : onLater ? (
          <ContextActions actions={[{ label: say('later'), icon: Clock, run: onLater }]}>
            <span>{sendButton}</span>
          </ContextActions>
        ) : (
          sendButton
        )}
      </div>
    </footer>
  );
}

function ReplyTo({
  seq,
  timeline,
  onCancel,
}: {
  seq: number;
  timeline: MessageSource;
  onCancel: () => void;
}) {
  const text = useText();
  const { people, me } = useWorkspace();
  const message = useObserved(timeline, (messages) => messages.get(seq));
  const sender = useObserved(people, (all) => (message ? all.profile(message.sender) : undefined));
  useEffect(() => timeline.wantOne(seq), [timeline, seq]);
  const who = message?.sender === me ? text('talk.me') : sender ? nameOf(sender) : `${message?.sender ?? ''}`;
  return (
    <div className={styles.reply}>
      <div className={styles.replied}>
        <bdi className={styles.replyName}>{text('talk.replyTo', { name: who })}</bdi>
        <bdi className={styles.replyText}>
          {message && saidText(message, text).slice(0, 160).toWellFormed()}
        </bdi>
      </div>
      <IconButton label={text('talk.reply.cancel')} onClick={onCancel}>
        <X size={18} aria-hidden />
      </IconButton>
    </div>
  );
}
