import { type RefObject, useRef } from 'react';
import { lazyPart } from '../shell/part.tsx';
import type { MessageSource } from '../state/message-source.ts';
import type { Aside } from './message-menu.tsx';
import { useReact } from './use-react.ts';

const EmojiPopover = lazyPart(async () => (await import('./emoji-popover.tsx')).EmojiPopover, 'dialog');
const ForwardDialog = lazyPart(
  async () => (await import('../acts/forward-dialog.tsx')).ForwardDialog,
  'dialog',
);
const VersionsDialog = lazyPart(async () => (await import('./versions-dialog.tsx')).VersionsDialog, 'dialog');
const ReactionsDialog = lazyPart(
  async () => (await import('./reactions-dialog.tsx')).ReactionsDialog,
  'dialog',
);

const ReadersDialog = lazyPart(async () => (await import('./readers-dialog.tsx')).ReadersDialog, 'dialog');

/** What is shown of one message beside it: emoji to react with, what it said before, who reacted. */
export function MessageAsides({
  aside,
  seq,
  timeline,
  scroller,
  onClose,
}: {
  aside: Aside;
  seq: number;
  timeline: MessageSource;
  scroller: RefObject<HTMLElement | null>;
  onClose: () => void;
}) {
  const react = useReact(timeline.conversation);
  const article = useRef(scroller.current?.querySelector<HTMLElement>(`[data-seq="${seq}"]`) ?? null);
  const button = useRef(article.current?.querySelector<HTMLElement>('[aria-haspopup]') ?? article.current);
  if (aside === 'versions') return <VersionsDialog timeline={timeline} seq={seq} onClose={onClose} />;
  if (aside === 'forward') {
    const message = timeline.get(seq);
    return <ForwardDialog messages={message ? [message] : []} onClose={onClose} />;
  }
  if (aside === 'reactions')
    return <ReactionsDialog conversation={timeline.conversation} seq={seq} onClose={onClose} />;
  if (aside === 'readers')
    return <ReadersDialog conversation={timeline.conversation} seq={seq} onClose={onClose} />;
  return (
    <EmojiPopover
      anchor={button}
      finalFocus={article}
      onPick={(emoji) => {
        react(seq, emoji, true);
        onClose();
      }}
      onClose={onClose}
    />
  );
}
