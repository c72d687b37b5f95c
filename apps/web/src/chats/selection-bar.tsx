import { Bookmark, BookmarkMinus, Copy, EyeOff, Forward, Trash2, X } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useActsText } from '../acts/acts-texts.ts';
import { ForwardDialog } from '../acts/forward-dialog.tsx';
import { mayRecall } from '../acts/may-recall.ts';
import { useBookmarks } from '../acts/use-bookmarks.ts';
import { useTakeAway } from '../acts/use-take-away.ts';
import { useTried } from '../acts/use-tried.ts';
import { IconButton } from '../design/button.tsx';
import { saidText } from '../files/summary.ts';
import { useFormats, useText } from '../i18n/language.tsx';
import type { Conversation } from '../state/conversations.ts';
import { nameOf } from '../state/people.ts';
import type { Timeline } from '../state/timeline.ts';
import { useObserved } from '../state/use-observed.ts';
import { useWorkspace } from '../state/workspace-context.ts';
import styles from './selection-bar.module.css';
import { isSelectable, type Selection } from './use-selection.ts';

/** In place of where one writes while messages are selected: how many, and what can be done with all of them. */
export function SelectionBar({
  conversation,
  timeline,
  selection,
  onEnd,
}: {
  conversation: Conversation;
  timeline: Timeline;
  selection: Selection;
  /** Ends it from here, so that the focus has to go somewhere. */
  onEnd: () => void;
}) {
  const text = useText();
  const say = useActsText();
  const tried = useTried();
  const workspace = useWorkspace();
  const { client, me, recalls, deletions } = workspace;
  const id = conversation.conversation;
  const bookmarks = useBookmarks(id);
  const take = useTakeAway(id);
  const copied = useCopiedText();
  const [isForwarding, setForwarding] = useState(false);
  // What others have taken back meanwhile is not among them.
  useObserved(timeline, ({ version }) => version);
  const messages = [...(selection.seqs ?? [])]
    .sort((one, other) => one - other)
    .map((seq) => timeline.get(seq))
    .filter(isSelectable);
  const seqs = messages.map(({ seq }) => seq);
  const count = messages.length;
  const { recallMs } = client.changing;
  const mayRecallAll = messages.every(({ sender, sentAt }) =>
    mayRecall(conversation, { mine: sender === me, sentAt }, { now: client.now(), recallMs }),
  );
  const areMarked = seqs.every((seq) => bookmarks.has(seq));
  const isEmpty = count === 0;
  // biome-ignore lint/correctness/useExhaustiveDependencies: once nothing is left of them
  useEffect(() => {
    if (isEmpty) onEnd();
  }, [isEmpty]);

  const copy = () => {
    tried(() => navigator.clipboard.writeText(copied(messages)), text('talk.copied'));
    onEnd();
  };
  const mark = () => {
    const on = !areMarked;
    const changed = seqs.filter((seq) => bookmarks.has(seq) !== on);
    const set = async (isSet: boolean) => {
      for (const seq of changed) await bookmarks.set(seq, isSet);
    };
    tried(
      () => set(on),
      say(on ? 'bookmarks.done' : 'bookmarks.undone'),
      () => set(!on),
    );
    onEnd();
  };
  const hide = () => {
    take(seqs, deletions, say('select.hidden', { count }), (taken) => workspace.deleteForMe(id, taken));
    onEnd();
  };
  const recall = () => {
    take(seqs, recalls, say('select.recalled', { count }), async (taken) => {
      for (const seq of taken) await client.recall(id, seq);
    });
    onEnd();
  };
  useCopyKey(copy);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Escape, wherever the focus is within
    <div
      className={styles.place}
      onKeyDown={(event) => {
        // Not of a dialog, which is no child of it on the page.
        if (event.key !== 'Escape' || !event.currentTarget.contains(event.target as Element)) return;
        event.preventDefault();
        onEnd();
      }}
    >
      <fieldset aria-label={say('select.bar')} className={styles.bar}>
        <IconButton label={say('select.end')} onClick={onEnd}>
          <X size={20} aria-hidden />
        </IconButton>
        <span role="status" className={styles.count}>
          {say('select.count', { count })}
        </span>
        <IconButton label={say('forward')} onClick={() => setForwarding(true)}>
          <Forward size={20} aria-hidden />
        </IconButton>
        <IconButton label={say('select.copy')} onClick={copy}>
          <Copy size={20} aria-hidden />
        </IconButton>
        <IconButton label={say(areMarked ? 'unbookmark' : 'bookmark')} onClick={mark}>
          {areMarked ? <BookmarkMinus size={20} aria-hidden /> : <Bookmark size={20} aria-hidden />}
        </IconButton>
        <IconButton label={text('change.hide')} onClick={hide}>
          <EyeOff size={20} aria-hidden />
        </IconButton>
        {mayRecallAll && (
          <IconButton label={text('change.recall')} className={styles.danger} onClick={recall}>
            <Trash2 size={20} aria-hidden />
          </IconButton>
        )}
      </fieldset>
      {isForwarding && (
        <ForwardDialog messages={messages} onDone={onEnd} onClose={() => setForwarding(false)} />
      )}
    </div>
  );
}

/** One message as its words alone; of several also who said them, and when. */
function useCopiedText() {
  const text = useText();
  const say = useActsText();
  const formats = useFormats();
  const { people, me } = useWorkspace();
  return (messages: readonly NonNullable<ReturnType<Timeline['get']>>[]): string => {
    const saidOf = (message: (typeof messages)[number]) =>
      saidText({ ...message, text: people.spoken(message) }, text);
    if (messages.length === 1) return saidOf(messages[0]!);
    const blocks = messages.map((message) => {
      const profile = people.profile(message.sender);
      const name = message.sender === me ? text('talk.me') : profile ? nameOf(profile) : `${message.sender}`;
      return `${say('select.said', { name, time: formats.full(message.sentAt) })}\n${saidOf(message)}`;
    });
    return blocks.join('\n\n');
  };
}

/** What the browser takes for copying, where nothing else is to be copied. */
function useCopyKey(onCopy: () => void): void {
  useEffect(() => {
    const copy = (event: ClipboardEvent) => {
      const isField = event.target instanceof Element && event.target.matches('input, textarea');
      if (isField || getSelection()?.isCollapsed === false) return;
      event.preventDefault();
      onCopy();
    };
    document.addEventListener('copy', copy);
    return () => document.removeEventListener('copy', copy);
  });
}
