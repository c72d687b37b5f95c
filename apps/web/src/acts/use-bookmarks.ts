import { useEffect, useState } from 'react';
import { useWorkspace } from '../state/workspace-context.ts';

/** Which messages of a conversation the user has marked for themselves, and how one is marked. */
export function useBookmarks(conversation: number) {
  const { client } = useWorkspace();
  const [marked, setMarked] = useState<ReadonlySet<number>>(new Set());
  useEffect(() => {
    const ask = () => {
      // What fails is asked for again after the next connect; marking again changes nothing.
      client.request('bookmarks', { conversation, limit: 100 }).then(
        ({ messages }) => setMarked(new Set(messages.map(({ seq }) => seq))),
        () => {},
      );
    };
    ask();
    const stops = [
      client.on('resumed', ask),
      client.on('bookmarked', (told) => {
        if (told.conversation === conversation) setMarked((before) => withMark(before, told));
      }),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }, [client, conversation]);
  return {
    has: (seq: number): boolean => marked.has(seq),
    set: async (target: number, on: boolean): Promise<void> => {
      await client.request('bookmark', { conversation, target, on });
      setMarked((before) => withMark(before, { target, on }));
    },
  };
}

function withMark(
  before: ReadonlySet<number>,
  { target, on }: { target: number; on: boolean },
): ReadonlySet<number> {
  const next = new Set(before);
  if (on) next.add(target);
  else next.delete(target);
  return next;
}
