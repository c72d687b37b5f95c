import { useEffect, useState } from 'react';
import type { Conversation } from '../state/conversations.ts';
import { useWorkspace } from '../state/workspace-context.ts';

/** Milliseconds until the group's slow mode lets one write again, second by second; nothing when one may. */
export function useSlow({ slowUntil = 0, role, settings }: Conversation): number | undefined {
  const { client } = useWorkspace();
  const [, setTicks] = useState(0);
  const isHeld = role === 'member' && Boolean(settings?.slowMs);
  const left = isHeld ? slowUntil - client.now() : 0;
  const isWaiting = left > 0;
  useEffect(() => {
    if (!isWaiting) return;
    const timer = setInterval(() => setTicks((count) => count + 1), 500);
    return () => clearInterval(timer);
  }, [isWaiting]);
  return isWaiting ? left : undefined;
}
