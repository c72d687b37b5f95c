import { useEffect } from 'react';
import type { Conversation } from '../state/conversations.ts';
import type { Timeline } from '../state/timeline.ts';
import { useWorkspace } from '../state/workspace-context.ts';

/** What is in view for less is passed by, such as while the list finds its place. */
const readAfterMs = 300;

/** Marks as read what has been in view for a moment, while the page itself is looked at. */
export function useReading(conversation: Conversation, timeline: Timeline, lastIndex: number): void {
  const { conversations } = useWorkspace();
  const seq = lastIndex < 0 ? 0 : timeline.seqAt(lastIndex);
  const loaded = seq > 0 && timeline.get(seq) !== undefined;
  useEffect(() => {
    if (!loaded) return;
    const mark = () => {
      if (!document.hidden && document.hasFocus()) conversations.markRead(conversation.conversation, seq);
    };
    const timer = setTimeout(mark, readAfterMs);
    window.addEventListener('focus', mark);
    return () => {
      clearTimeout(timer);
      window.removeEventListener('focus', mark);
    };
  }, [loaded, seq, conversations, conversation.conversation]);
}
