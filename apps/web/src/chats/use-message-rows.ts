import type { Message } from '@berth/wire';
import { useMemo } from 'react';
import type { Outgoing } from '../state/outbox.ts';
import type { Timeline } from '../state/timeline.ts';
import { useObserved } from '../state/use-observed.ts';
import { useWorkspace } from '../state/workspace-context.ts';

/** A row of a conversation: a message that has its place, here or still to be loaded; or one on its way out. */
export type MessageRow =
  | { kind: 'stored'; seq: number; message: Message | undefined; previous: Message | undefined }
  | { kind: 'outgoing'; outgoing: Outgoing; previous: Message | undefined };

/** A cid or a seq; of a message that is not loaded, its seq below zero. */
export type RowKey = number | string;

/** What of a key stays when the message is loaded. */
export const identityOf = (key: RowKey): RowKey => (typeof key === 'number' ? Math.abs(key) : key);

export interface MessageRows {
  count: number;
  /** Rows below this index are stored messages. */
  storedCount: number;
  at(index: number): MessageRow;
  /** The same for a row as long as it is as high; another function when any row may have changed. */
  keyOf: (index: number) => RowKey;
}

/** The rows of a conversation: its timeline, and below it what is on its way. */
export function useMessageRows(timeline: Timeline): MessageRows {
  const { outbox } = useWorkspace();
  const version = useObserved(timeline, ({ version }) => version);
  const outgoing = useObserved(outbox, (all) => all.of(timeline.conversation));
  // biome-ignore lint/correctness/useExhaustiveDependencies: the version stands for what the timeline holds
  const pending = useMemo(
    () => outgoing.filter(({ seq }) => seq === undefined || seq > timeline.head),
    [outgoing, timeline, version],
  );
  const storedCount = timeline.length;
  // biome-ignore lint/correctness/useExhaustiveDependencies: as above
  const keyOf = useMemo(() => {
    const keyAt = (index: number): RowKey => {
      if (index >= storedCount) return pending[index - storedCount]!.cid;
      const seq = timeline.seqAt(index);
      // What is not loaded has another key, so that its guessed height is not taken for the message's.
      return timeline.get(seq) ? (outbox.cidOf(timeline.conversation, seq) ?? seq) : -seq;
    };
    // The virtual list asks for all of them again whenever a row has been measured.
    const keys = new Array<RowKey>(storedCount + pending.length);
    return (index: number): RowKey => {
      keys[index] ??= keyAt(index);
      return keys[index];
    };
  }, [timeline, version, storedCount, pending, outbox]);
  return {
    count: storedCount + pending.length,
    storedCount,
    keyOf,
    at: (index) => {
      const previous =
        index > 0 && index <= storedCount ? timeline.get(timeline.seqAt(index - 1)) : undefined;
      if (index >= storedCount)
        return { kind: 'outgoing', outgoing: pending[index - storedCount]!, previous };
      const seq = timeline.seqAt(index);
      return { kind: 'stored', seq, message: timeline.get(seq), previous };
    },
  };
}
