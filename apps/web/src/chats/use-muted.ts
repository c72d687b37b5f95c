import { useEffect, useState } from 'react';
import type { Conversation } from '../state/conversations.ts';
import { useWorkspace } from '../state/workspace-context.ts';

/** A timer holds at most this long. */
const maxTimerMs = 2 ** 31 - 1;

/** Until when the user is muted here; nothing when they are not, also when the time is over. */
export function useMuted({ mutedUntil }: Conversation): number | undefined {
  const [, setOver] = useState(0);
  const { client } = useWorkspace();
  const left = mutedUntil - client.now();
  useEffect(() => {
    if (left <= 0) return;
    const timer = setTimeout(() => setOver((count) => count + 1), Math.min(left, maxTimerMs));
    return () => clearTimeout(timer);
  }, [left]);
  return left > 0 ? mutedUntil : undefined;
}
