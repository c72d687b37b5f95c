import { useEffect, useState } from 'react';
import { useWorkspace } from '../state/workspace-context.ts';

/** The platform's time, milliseconds since 1970, rendered anew every `intervalMs`: this device's may be days off. */
export function useNow(intervalMs: number): number {
  const { client } = useWorkspace();
  return useTicks(intervalMs, true, () => client.now());
}

/** A clock that nobody sets, milliseconds as `performance.now()` has them, rendered anew every `intervalMs` while `active`. */
export function useElapsed(intervalMs: number, active: boolean): number {
  return useTicks(intervalMs, active, elapsed);
}

const elapsed = () => performance.now();

function useTicks(intervalMs: number, active: boolean, read: () => number): number {
  const [, tick] = useState(0);
  useEffect(() => {
    if (!active) return;
    const timer = setInterval(() => tick((count) => count + 1), intervalMs);
    return () => clearInterval(timer);
  }, [intervalMs, active]);
  return read();
}
