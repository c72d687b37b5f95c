import { useEffect, useRef, useState } from 'react';
import type { Conversation } from '../state/conversations.ts';
import type { Timeline } from '../state/timeline.ts';

const nowhere = Number.POSITIVE_INFINITY;

/** The first thing that someone else said after a seq, as far as messages are loaded; nothing when there is none. */
export function firstNewSeq(timeline: Timeline, after: number, me: number): number | undefined {
  if (after >= timeline.head) return undefined;
  // What changed a message has a seq, and no place.
  for (let index = timeline.indexOf(after + 1); index < timeline.length; index++) {
    const seq = timeline.seqAt(index);
    const message = timeline.get(seq);
    if (seq > after && (!message || (message.sender !== me && message.kind === undefined))) return seq;
  }
  return undefined;
}

/**
 * The seq after which the "new messages" divider stands: what was unread when the conversation was opened, or what came
 * while the user looked elsewhere. It stays until the user writes or leaves.
 */
export function useDivider({ read, unread, head }: Conversation): {
  dividerAfter: number;
  clearDivider: () => void;
} {
  const [dividerAfter, setDividerAfter] = useState(unread > 0 ? read : nowhere);
  const newest = useRef(head);
  newest.current = head;
  useEffect(() => {
    const leave = () => setDividerAfter((after) => (after === nowhere ? newest.current : after));
    const back = () => setDividerAfter((after) => (after >= newest.current ? nowhere : after));
    window.addEventListener('blur', leave);
    window.addEventListener('focus', back);
    return () => {
      window.removeEventListener('blur', leave);
      window.removeEventListener('focus', back);
    };
  }, []);
  return { dividerAfter, clearDivider: () => setDividerAfter(nowhere) };
}
