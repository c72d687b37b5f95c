import type { FoundGroup } from '@berth/client';
import { useCallback, useEffect, useRef, useState } from 'react';
import { errorText } from '../i18n/error-text.ts';
import { useFormats, useText } from '../i18n/language.tsx';
import { useWorkspace } from '../state/workspace-context.ts';

/** After the last letter the server is asked. */
const restMs = 300;

interface OpenGroups {
  /** Undefined while the first page is on its way. */
  groups: readonly FoundGroup[] | undefined;
  failure: string | undefined;
  /** Undefined: there are no more. */
  more: (() => void) | undefined;
  retry: () => void;
}

/** The open groups that a query finds, page by page; without one all of them. */
export function useOpenGroups(query: string): OpenGroups {
  const text = useText();
  const formats = useFormats();
  const { client } = useWorkspace();
  const [groups, setGroups] = useState<readonly FoundGroup[]>();
  const [cursor, setCursor] = useState<string>();
  const [failure, setFailure] = useState<string>();
  const asking = useRef<AbortController>(undefined);
  const sought = query.trim();
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is shown stays when the language changes
  const load = useCallback(
    async (from?: string) => {
      asking.current?.abort();
      const mine = new AbortController();
      asking.current = mine;
      setFailure(undefined);
      try {
        const body = { query: sought, ...(from !== undefined && { cursor: from }) };
        const page = await client.request('groupSearch', body, { signal: mine.signal });
        if (mine.signal.aborted) return;
        setGroups((before = []) => [...(from === undefined ? [] : before), ...page.groups]);
        setCursor(page.cursor);
      } catch (error) {
        if (!mine.signal.aborted) setFailure(errorText(error, text, formats));
      }
    },
    [client, sought],
  );
  useEffect(() => {
    const timer = setTimeout(() => void load(), sought === '' ? 0 : restMs);
    return () => {
      clearTimeout(timer);
      asking.current?.abort();
    };
  }, [load, sought]);
  return {
    groups,
    failure,
    more: cursor === undefined ? undefined : () => void load(cursor),
    retry: () => void load(),
  };
}
