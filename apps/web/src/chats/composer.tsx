import { BerthError, type Mention } from '@berth/client';
import { limits } from '@berth/wire';
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
import { movedMentions, trimmedWords } from '../state/mention-ranges.ts';
import { nameOf } from '../state/people.ts';
import type { Timeline } from '../state/timeline.ts';
import { useCell, useObserved } from '../state/use-observed.ts';
import { useWorkspace } from '../state/workspace-context.ts';
import { ClosedComposer, closedFor } from './closed-composer.tsx';
import styles from './composer.module.css';
import { sendsBy } from './composer-keys.ts';
import { useCompletion } from './use-completion.tsx';
import { EditingLine, useEditing } from './use-editing.tsx';
import { useMuted } from './use-muted.ts';
import { useSlow } from './use-slow.ts';

const EmojiPopover = lazyPart(async () => (await import('./emoji-popover.tsx')).EmojiPopover, 'dialog');

export interface ComposerHandle {
  /** Both answer with the field to be focused; nothing when one cannot write here. */
  replyTo(seq: number): HTMLElement | null;
  edit(seq: number): HTMLElement | null;
}

/** Where one writes. What was typed and not sent stays with its conversation. */
export function Composer({
  conversation,
  timeline,
  name,
  onSent,
  onLater,
  handle,
}: {
  conversation: Conversation;
  timeline: Timeline;
  name: string;
  onSent: () => void;
  /** Undefined where nothing is sent later. */
  onLater?: (() => void) | undefined;
  handle: Ref<ComposerHandle>;
}) {
  const text = useText();
  const say = useActsText();
  const formats = useFormats();
  const { client, drafts } = useWorkspace();
  const uploads = useUploads();
  const id = conversation.conversation;
  const offered = useCell(useDesk().service.offer) !== undefined;
  const attach = useAttach(id);
  const attached = useObserved(uploads, (all) => all.of(id).some(({ sealed }) => !sealed));
  const draft = useObserved(drafts, (all) => all.get(id));
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
      drafts.set(id, { text: '', ...drafts.get(id), replyTo: seq });
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
    const moved = [...movedMentions(mentions, value, next), ...(added ? [added] : [])];
    const meant = moved.sort((one, other) => one.at - other.at).slice(0, limits.maxMentions);
    if (editing.seq !== undefined) {
      editing.change(next, meant);
      return;
    }
    drafts.set(id, {
      text: next,
      ...(replyTo !== undefined && { replyTo }),
      ...(meant.length > 0 && { mentions: meant }),
    });
    if (next.trim() !== '') client.typing(id);
  };
  const cancelReply = () => {
    drafts.set(id, { text: value, mentions });
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
      const waits = uploads.seal(id, { text: words.text, ...options });
      if (!waits) client.send(id, words.text, options);
    } catch (error) {
      setProblem(problemOf(error));
      return;
    }
    drafts.set(id, { text: '' });
    drafts.save();
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
    if (completion.onKeyDown(event)) event.preventDefault();
    else if (sendsBy(event.nativeEvent)) {
      event.preventDefault();
      send();
    } else if (event.key === 'Escape' && (editing.seq !== undefined || replyTo !== undefined)) {
      // It asks for nothing else.
      event.preventDefault();
      if (editing.seq !== undefined) editing.end();
      else cancelReply();
    } else if (event.key === 'ArrowUp' && value === '' && editing.beginLast()) event.preventDefault();
  };

  const closed = closedFor(conversation, mutedUntil);
  if (closed) return <ClosedComposer conversation={conversation} name={name} why={closed} />;
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
      <UploadTray conversation={id} name={name} />
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
        {offered && <AttachMenu conversation={id} />}
        {completion.popup}
        <textarea
          ref={field}
          className={styles.field}
          rows={1}
          dir="auto"
          enterKeyHint="send"
          aria-label={text('talk.composer', { name })}
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
            conversation={id}
            replyTo={replyTo}
            onSent={() => {
              cancelReply();
              onSent();
            }}
          />
        ) : (
          <ContextActions actions={onLater ? [{ label: say('later'), icon: Clock, run: onLater }] : []}>
            <span>
              <IconButton
                label={text('talk.send')}
                accent
                disabled={
                  (value.trim() === '' && !attached) || (slowMs !== undefined && editing.seq === undefined)
                }
                focusableWhenDisabled
                onClick={send}
              >
                <SendHorizontal size={20} aria-hidden />
              </IconButton>
            </span>
          </ContextActions>
        )}
      </div>
    </footer>
  );
}

function ReplyTo({ seq, timeline, onCancel }: { seq: number; timeline: Timeline; onCancel: () => void }) {
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
