import type { Message } from '@berth/client';
import { useRef, useState } from 'react';
import { useWorkspace } from '../state/workspace-context.ts';

export type SharedKind = 'media' | 'audio' | 'files' | 'links';

const pageSize = 50;

/** Messages that share something, the newest first, page by page. */
export function useSharedItems(conversation: number, what: SharedKind) {
  const { client } = useWorkspace();
  const [messages, setMessages] = useState<readonly Message[]>([]);
  const [isWhole, setWhole] = useState(false);
  const [failed, setFailed] = useState(false);
  const before = useRef<number>(undefined);
  const asking = useRef(false);
  const more = () => {
    if (asking.current || isWhole) return;
    asking.current = true;
    setFailed(false);
    const from = before.current === undefined ? {} : { before: before.current };
    client
      .request('sharedItems', { conversation, what, limit: pageSize, ...from })
      .then(
        (page) => {
          before.current = page.next;
          setMessages((known) => [...known, ...page.messages.toReversed()]);
          setWhole(page.next === undefined);
        },
        () => setFailed(true),
      )
      .finally(() => {
        asking.current = false;
      });
  };
  return { messages, isWhole, failed, more };
}
