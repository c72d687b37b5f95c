import type { Member } from '@berth/wire';
import { useCallback, useEffect, useRef, useState } from 'react';
import { useCell } from '../state/use-observed.ts';
import { useWorkspace } from '../state/workspace-context.ts';

const pageSize = 50;

interface Members {
  members: readonly Member[];
  complete: boolean;
  failed: boolean;
  loadMore: () => void;
  /** From the first page again. */
  reload: () => void;
}

/** The members of a group, page by page; read anew when someone changed them. */
export function useMembers(conversation: number): Members {
  const { client, people, membersChanged } = useWorkspace();
  const changed = useCell(membersChanged);
  const [members, setMembers] = useState<readonly Member[]>([]);
  const [complete, setComplete] = useState(false);
  const [failed, setFailed] = useState(false);
  const cursor = useRef<string>(undefined);
  const asking = useRef<AbortController>(undefined);

  const load = useCallback(
    async (fresh: boolean) => {
      if (fresh) {
        asking.current?.abort();
        cursor.current = undefined;
      } else if (asking.current) return;
      const mine = new AbortController();
      asking.current = mine;
      setFailed(false);
      try {
        const body = { conversation, limit: pageSize, ...(cursor.current && { cursor: cursor.current }) };
        const page = await client.request('members', body, { signal: mine.signal });
        if (mine.signal.aborted) return;
        people.learn(page.members);
        cursor.current = page.cursor;
        setMembers((before) => (fresh ? page.members : [...before, ...page.members]));
        setComplete(page.cursor === undefined);
      } catch {
        if (!mine.signal.aborted) setFailed(true);
      } finally {
        if (asking.current === mine) asking.current = undefined;
      }
    },
    [client, people, conversation],
  );

  // biome-ignore lint/correctness/useExhaustiveDependencies: read anew when the group tells of a change
  useEffect(() => {
    void load(true);
  }, [load, changed?.conversation === conversation ? changed : undefined]);
  useEffect(() => () => asking.current?.abort(), []);

  return { members, complete, failed, loadMore: () => void load(false), reload: () => void load(true) };
}
