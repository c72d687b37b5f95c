import { type ComponentType, useCallback, useEffect, useRef, useState } from 'react';
import { loadPart } from './load-part.ts';
import { whenIdle } from './when-idle.ts';

/**
 * A part that nobody waits for: there once the page has been idle, or has been asked for by what is returned beside it.
 * One that cannot be had is tried again when it is asked for, or the browser is online again. `load`: the same each time.
 */
export function useIdlePart<P extends object>(
  load: () => Promise<ComponentType<P>>,
): [part: ComponentType<P> | undefined, ask: () => void] {
  const [part, setPart] = useState<{ Part: ComponentType<P> }>();
  const loading = useRef<Promise<void>>(undefined);
  const ask = useCallback(() => {
    loading.current ??= loadPart(load).then(
      (Part) => setPart({ Part }),
      () => {
        loading.current = undefined;
      },
    );
  }, [load]);
  useEffect(() => {
    const callOff = whenIdle(ask);
    window.addEventListener('online', ask);
    return () => {
      callOff();
      window.removeEventListener('online', ask);
    };
  }, [ask]);
  return [part?.Part, ask];
}
