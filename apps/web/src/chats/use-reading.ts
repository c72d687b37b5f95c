import { useEffect } from 'react';
import type { Conversation } from '../state/conversations.ts';
import type { Timeline } from '../state/timeline.ts';
import { useWorkspace } from '../state/workspace-context.ts';

/** What is in view for less is passed by, such as while the list finds its place. */
const readAfterMs = 300;
/** A row that is added stands below the view until the list has followed. */
const followsWithinMs = 150;

const isLookedAt = (): boolean => !document.hidden && document.hasFocus();

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
  const place = lastIndex < 0 ? 0 : timeline.seqAt(lastIndex);
  const loaded = place > 0 && timeline.get(place) !== undefined;
  // What was said in threads since then has no place behind it: else what is before would count as unread for ever.
  const { last } = conversation;
  const isLast = lastIndex === timeline.length - 1;
  const seq = isLast && last?.thread !== undefined ? Math.max(place, last.seq) : place;
  useEffect(() => {
    if (!loaded) return;
    const mark = () => {
      if (isLookedAt()) conversations.markRead(conversation.conversation, seq);
    };
    const timer = setTimeout(mark, readAfterMs);
    window.addEventListener('focus', mark);
    return () => {
      clearTimeout(timer);
      window.removeEventListener('focus', mark);
    };
  }, [loaded, seq, conversations, conversation.conversation]);
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
