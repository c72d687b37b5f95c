import { useEffect, useMemo, useState } from 'react';
import { useTask } from '../shell/use-task.ts';
import { ThreadMessages } from '../state/thread-messages.ts';
import { useObserved } from '../state/use-observed.ts';
import { useWorkspace } from '../state/workspace-context.ts';
import { isLookedAt } from './use-reading.ts';

interface Thread {
  messages: ThreadMessages;
  failure: string | undefined;
  busy: boolean;
  /** Undefined: there are no earlier ones. */
  earlier: (() => void) | undefined;
  retry: () => void;
}

/** The thread below a message, kept current while it is shown; what is shown is read. */
export function useThread(conversation: number, root: number): Thread {
  const workspace = useWorkspace();
  const { client, people, me } = workspace;
  const messages = useMemo(
    () =>
      new ThreadMessages({ conversation, root }, me, async (seq) => {
        const page = await client.request('sync', { conversation, after: seq - 1, limit: 1 });
        return page.messages[0];
      }),
    [client, conversation, root, me],
  );
  const [next, setNext] = useState<number>();
  const { busy, failure, run } = useTask();
  const load = (before?: number) => {
    void run(async () => {
      const page = await client.request('thread', {
        ...{ conversation, root },
        ...(before !== undefined && { before }),
      });
      for (const { sender } of [page.root, ...page.messages]) people.want(sender);
      messages.learn([page.root, ...page.messages]);
      setNext(page.next);
    });
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: `load` is another function at each rendering
  useEffect(() => {
    load();
    const stops = [
      client.on('message', ({ message }) => {
        if (message.conversation === conversation && message.thread === root) messages.learn([message]);
      }),
      client.on('change', ({ change }) => {
        if (change.conversation === conversation) messages.changeMessage(change);
      }),
      workspace.gone.subscribe(() => {
        const all = [root, ...messages.replies.map(({ seq }) => seq)];
        const gone = all.filter((seq) => workspace.gone.has(conversation, seq));
        if (gone.length > 0) messages.hide(gone);
      }),
      // What was said meanwhile.
      client.on('resumed', () => load()),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }, [client, workspace, messages]);

  const last = useObserved(messages, ({ replies }) => replies.at(-1)?.seq);
  useEffect(() => {
    if (last === undefined) return;
    let isRead = false;
    const mark = () => {
      if (isRead || !isLookedAt()) return;
      isRead = true;
      workspace.timeline(conversation)?.threadRead(root, last);
      // Told again with the next one, should it not arrive.
      client.request('threadMark', { conversation, root, read: last }).catch(() => undefined);
      // What mentions the user here is read with it, unless something before it is not.
      const { unread = 1, mentions = [] } = workspace.conversations.get(conversation) ?? {};
      if (unread === 0 && mentions.every((seq) => seq > last || messages.get(seq)))
        workspace.conversations.markRead(conversation, last, 0);
    };
    mark();
    window.addEventListener('focus', mark);
    return () => window.removeEventListener('focus', mark);
  }, [client, workspace, messages, conversation, root, last]);
  return {
    messages,
    failure,
    busy,
    earlier: next === undefined ? undefined : () => load(next),
    retry: () => load(),
  };
}
