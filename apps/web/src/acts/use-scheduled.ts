import type { Scheduled } from '@berth/wire';
import { useEffect, useState } from 'react';
import { useWorkspace } from '../state/workspace-context.ts';

/** What the user sends later in a conversation, in the order of its times. */
export function useScheduled(conversation: number) {
  const { client } = useWorkspace();
  const [all, setAll] = useState<readonly Scheduled[]>([]);
  /** Undefined: it is no more. */
  const put = (cid: string, scheduled: Scheduled | undefined) =>
    setAll((before) => {
      const others = before.filter((one) => one.cid !== cid);
      return scheduled ? [...others, scheduled].sort((one, other) => one.at - other.at) : others;
    });
  // biome-ignore lint/correctness/useExhaustiveDependencies: `put` needs nothing of a rendering
  useEffect(() => {
    const ask = () => {
      // What fails is asked for again after the next connect.
      client.request('scheduledMessages', { conversation, limit: 100 }).then(
        ({ scheduled }) => setAll(scheduled),
        () => {},
      );
    };
    ask();
    const stops = [
      client.on('resumed', ask),
      client.on('scheduleChanged', (told) => {
        if (told.conversation === conversation) put(told.cid, told.scheduled);
      }),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }, [client, conversation]);
  return { all, put };
}
