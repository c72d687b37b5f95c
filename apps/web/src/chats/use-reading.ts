import { useEffect } from 'react';
import type { Conversation } from '../state/conversations.ts';
import type { Timeline } from '../state/timeline.ts';
import { useWorkspace } from '../state/workspace-context.ts';

/** What is in view for less is passed by, such as while the list finds its place. */
const readAfterMs = 300;
/** A row that is added stands below the view until the list has followed. */
const followsWithinMs = 150;

export const isLookedAt = (): boolean => !document.hidden && document.hasFocus();

/**
 * Marks as read what has been in view for a moment, while the page itself is looked at; and what arrives at the end, when
 * that is in view, at once: it is never unread.
 */
export function useReading(
  conversation: Conversation,
  timeline: Timeline,
  lastIndex: number,
  atEnd: boolean,
): void {
  const { conversations } = useWorkspace();
  const seq = lastIndex < 0 ? 0 : timeline.seqAt(lastIndex);
  const loaded = seq > 0 && timeline.get(seq) !== undefined;
  const isAll = seq > 0 && lastIndex === timeline.length - 1;
  // What is said in threads behind the last row is not unread here; but whom it mentions has not read it.
  const meant = conversation.mentions?.find((mention) => mention > seq) ?? Number.POSITIVE_INFINITY;
  const { last } = conversation;
  const behind = last?.thread === undefined ? seq : last.seq;
  const read = isAll ? Math.max(seq, Math.min(behind, meant - 1)) : seq;
  useEffect(() => {
    if (!loaded) return;
    const mark = () => {
      if (isLookedAt()) conversations.markRead(conversation.conversation, read, isAll ? 0 : undefined);
    };
    const timer = setTimeout(mark, readAfterMs);
    window.addEventListener('focus', mark);
    return () => {
      clearTimeout(timer);
      window.removeEventListener('focus', mark);
    };
  }, [loaded, read, isAll, conversations, conversation.conversation]);
  const id = conversation.conversation;
  useEffect(() => {
    if (atEnd) {
      conversations.attend(id, isLookedAt);
      return;
    }
    const timer = setTimeout(() => conversations.leave(id), followsWithinMs);
    return () => clearTimeout(timer);
  }, [atEnd, id, conversations]);
  useEffect(() => () => conversations.leave(id), [id, conversations]);
}
