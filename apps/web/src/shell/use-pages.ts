import { useCallback, useEffect, useState } from 'react';
import { useTask } from './use-task.ts';

/** A part of a list, and where the next one begins; undefined: it was the last. */
interface Page<T> {
  items: readonly T[];
  cursor: string | undefined;
}

/** A list that the server tells page by page, the first one at once; another `ask` begins anew. */
export function usePages<T>(ask: (from: { cursor?: string }) => Promise<Page<T>>): {
  /** Undefined while the first page is on its way. */
  items: readonly T[] | undefined;
  failure: string | undefined;
  busy: boolean;
  /** The next page; undefined: there is none. */
  more: (() => void) | undefined;
  /** From the first page again, without a word when that fails. */
  renew: () => void;
  /** Shows the list without what is no longer in it. */
  keep: (isThere: (item: T) => boolean) => void;
} {
  const { run, failure, busy } = useTask();
  const [items, setItems] = useState<readonly T[]>();
  const [cursor, setCursor] = useState<string>();
  const load = useCallback(
    async (from?: string) => {
      const page = await ask(from === undefined ? {} : { cursor: from });
      setItems((before = []) => [...(from === undefined ? [] : before), ...page.items]);
      setCursor(page.cursor);
    },
    [ask],
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: `run` is another function at each rendering
  useEffect(() => void run(() => load()), [load]);
  return {
    items,
    failure,
    busy,
    more: cursor === undefined ? undefined : () => void run(() => load(cursor)),
    renew: useCallback(() => void load().catch(() => {}), [load]),
    keep: useCallback((isThere) => setItems((all) => all?.filter(isThere)), []),
  };
}
