import { useEffect } from 'react';
import type { Conversation } from '../state/conversations.ts';
import type { Timeline } from '../state/timeline.ts';
import { useWorkspace } from '../state/workspace-context.ts';

/** Marks as read what has been in view, while the page itself is looked at. */
export function useReading(conversation: Conversation, timeline: Timeline, lastIndex: number): void {
  const { conversations } = useWorkspace();
  const seq = lastIndex < 0 ? 0 : timeline.seqAt(lastIndex);
  const loaded = seq > 0 && timeline.get(seq) !== undefined;
  useEffect(() => {
    if (!loaded) return;
    const mark = () => {
      if (!document.hidden && document.hasFocus()) conversations.markRead(conversation.conversation, seq);
    };
    mark();
    window.addEventListener('focus', mark);
    return () => window.removeEventListener('focus', mark);
  }, [loaded, seq, conversations, conversation.conversation]);
}
