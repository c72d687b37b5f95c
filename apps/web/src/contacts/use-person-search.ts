import type { Answers, Profile } from '@berth/wire';
import { useCallback, useEffect, useRef, useState } from 'react';
import { errorText } from '../i18n/error-text.ts';
import { useFormats, useText } from '../i18n/language.tsx';
import { useWorkspace } from '../state/workspace-context.ts';

/** Typing that has paused for this long is searched for. */
const pauseMs = 250;

export type Search =
  | { kind: 'none' }
  | { kind: 'asking' }
  | { kind: 'found'; people: Profile[]; cursor: string | undefined }
  | { kind: 'failed'; why: string };

/** What the server finds for a query, a moment after it was typed; an answer that is overtaken is not shown. */
export function usePersonSearch(query: string): { search: Search; more: () => void } {
  const text = useText();
  const formats = useFormats();
  const { client, people } = useWorkspace();
  const [search, setSearch] = useState<Search>({ kind: 'none' });
  const asking = useRef<AbortController>(undefined);
  const sought = query.trim();

  const ask = useCallback(
    async (before: Profile[], cursor: string | undefined): Promise<void> => {
      asking.current?.abort();
      const own = new AbortController();
      asking.current = own;
      try {
        const body = { query: sought, ...(cursor !== undefined && { cursor }) };
        const answer: Answers['searchUser'] = await client.request('searchUser', body, {
          signal: own.signal,
        });
        if (own.signal.aborted) return;
        people.learn(answer.users);
        const known = new Set(before.map(({ id }) => id));
        const found = [...before, ...answer.users.filter(({ id }) => !known.has(id))];
        setSearch({ kind: 'found', people: found, cursor: answer.cursor });
      } catch (error) {
        if (!own.signal.aborted) setSearch({ kind: 'failed', why: errorText(error, text, formats) });
      }
    },
    [sought, client, people, text, formats],
  );

  useEffect(() => {
    if (sought === '' || sought === '@') {
      setSearch({ kind: 'none' });
      return;
    }
    setSearch({ kind: 'asking' });
    const timer = setTimeout(() => void ask([], undefined), pauseMs);
    return () => {
      clearTimeout(timer);
      asking.current?.abort();
    };
  }, [sought, ask]);

  return {
    search,
    more: () => {
      if (search.kind === 'found' && search.cursor !== undefined) void ask(search.people, search.cursor);
    },
  };
}
