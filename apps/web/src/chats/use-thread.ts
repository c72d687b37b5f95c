import { applyChange } from '@berth/client';
import type { Message } from '@berth/wire';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { useTask } from '../shell/use-task.ts';
import { useWorkspace } from '../state/workspace-context.ts';

interface Thread {
  root: Message | undefined;
  /** Ascending. */
  messages: readonly Message[];
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
  const [known, setKnown] = useState<ReadonlyMap<number, Message>>(new Map());
  const [next, setNext] = useState<number>();
  const { busy, failure, run } = useTask();
  const learn = useCallback(
    (messages: readonly Message[]) =>
      setKnown((before) => {
        const after = new Map(before);
        for (const message of messages) {
          const here = after.get(message.seq);
          if (!here || (here.changed ?? 0) <= (message.changed ?? 0)) after.set(message.seq, message);
        }
        return after;
      }),
    [],
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: `run` is another function at each rendering
  const load = useCallback(
    (before?: number) => {
      void run(async () => {
        const page = await client.request('thread', {
          ...{ conversation, root },
          ...(before !== undefined && { before }),
        });
        learn([page.root, ...page.messages]);
        setNext(page.next);
      });
    },
    [client, conversation, root, learn],
  );
  useEffect(() => load(), [load]);
  useEffect(() => {
    const offs = [
      client.on('message', ({ message }) => {
        if (message.conversation === conversation && message.thread === root) learn([message]);
      }),
      client.on('change', ({ change }) => {
        if (change.conversation !== conversation) return;
        setKnown((before) => {
          const message = before.get(change.target);
          return message ? new Map(before).set(change.target, applyChange(message, change, me)) : before;
        });
      }),
      client.on('hidden', ({ conversation: id, seqs }) => {
        if (id !== conversation) return;
        setKnown((before) => new Map([...before].filter(([seq]) => !seqs.includes(seq))));
      }),
      // What was said meanwhile.
      client.on('resumed', () => load()),
    ];
    return () => {
      for (const off of offs) off();
    };
  }, [client, conversation, root, me, learn, load]);

  const messages = useMemo(
    () => [...known.values()].filter(({ seq }) => seq !== root).sort((one, other) => one.seq - other.seq),
    [known, root],
  );
  useEffect(() => {
    for (const { sender } of messages) if (!people.profile(sender)) people.want(sender);
  }, [messages, people]);
  const last = messages.at(-1)?.seq;
  useEffect(() => {
    if (last === undefined) return;
    workspace.timeline(conversation)?.threadRead(root, last);
    // Told again with the next one, should it not arrive.
    client.request('threadMark', { conversation, root, read: last }).catch(() => undefined);
  }, [client, workspace, conversation, root, last]);
  return {
    root: known.get(root),
    messages,
    failure,
    busy,
    earlier: next === undefined ? undefined : () => load(next),
    retry: () => load(),
  };
}
