import type { Member } from '@berth/wire';
import { useCallback, useEffect, useRef, useState } from 'react';
import { useCell } from '../state/use-observed.ts';
import { useWorkspace } from '../state/workspace-context.ts';

const pageSize = 50;

export interface Members {
  members: readonly Member[];
  complete: boolean;
  failed: boolean;
  loadMore: () => void;
  /** From the first page again. */
  reload: () => void;
  /** Shows what has been done to one, without reading the list anew; `back`: nothing, after all. */
  patch: (user: number, change: Partial<Member> | 'gone' | 'back') => void;
}

/** The members of a group, page by page, kept current by what the group tells. */
export function useMembers(conversation: number): Members {
  const { client, people, hues, membersChanged } = useWorkspace();
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
        if (!fresh) hues.learn(conversation, page.members);
        cursor.current = page.cursor;
        setMembers((before) => (fresh ? page.members : [...before, ...page.members]));
        setComplete(page.cursor === undefined);
      } catch {
        if (!mine.signal.aborted) setFailed(true);
      } finally {
        if (asking.current === mine) asking.current = undefined;
      }
    },
    [client, people, hues, conversation],
  );

  const patch = useCallback<Members['patch']>(
    (user, change) => {
      if (change === 'back') {
        void load(true);
        return;
      }
      setMembers((before) =>
        change === 'gone'
          ? before.filter(({ id }) => id !== user)
          : before.map((member) => (member.id === user ? { ...member, ...change } : member)),
      );
    },
    [load],
  );

  useEffect(() => {
    void load(true);
  }, [load]);
  useEffect(() => {
    if (changed?.conversation !== conversation) return;
    if (changed.event === 'role') patch(changed.user, { role: changed.role });
    else if (changed.event === 'muted') patch(changed.user, { mutedUntil: changed.mutedUntil });
    else if (changed.event === 'left' || changed.event === 'removed') {
      for (const user of changed.users) patch(user, 'gone');
    } else if (changed.event === 'joined') void load(true);
  }, [changed, conversation, load, patch]);
  useEffect(() => () => asking.current?.abort(), []);

  return {
    members,
    complete,
    failed,
    loadMore: () => void load(false),
    reload: () => void load(true),
    patch,
  };
}
