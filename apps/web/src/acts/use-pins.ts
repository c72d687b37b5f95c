import type { Message } from '@berth/wire';
import { useCallback, useEffect, useState } from 'react';
import { useWorkspace } from '../state/workspace-context.ts';

/** What is pinned in a conversation, the last one first; asked for anew when that changes, and after an absence. */
export function usePins(conversation: number): readonly Message[] {
  const { client, people } = useWorkspace();
  const [pins, setPins] = useState<readonly Message[]>([]);
  const load = useCallback(async () => {
    const all: Message[] = [];
    for (let cursor: string | undefined; ; ) {
      const page = await client.request('pins', {
        ...{ conversation, limit: 100 },
        ...(cursor !== undefined && { cursor }),
      });
      all.push(...page.messages);
      cursor = page.cursor;
      if (cursor === undefined) break;
    }
    for (const { sender } of all) people.want(sender);
    setPins(all);
  }, [client, people, conversation]);
  useEffect(() => {
    // What fails is asked for again after the next connect.
    const ask = () => void load().catch(() => {});
    ask();
    const stops = [
      client.on('resumed', ask),
      client.on('change', ({ change }) => {
        const { kind } = change;
        const isShown = kind === 'pinned' || kind === 'recalled' || kind === 'edited';
        if (isShown && change.conversation === conversation) ask();
      }),
      client.on('hidden', (hidden) => {
        if (hidden.conversation === conversation) ask();
      }),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }, [client, conversation, load]);
  return pins;
}
