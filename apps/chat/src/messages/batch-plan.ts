import type { KnownMessage, MessageIdentity } from './message-store.ts';

/** What is to happen to one message of a batch. */
export type Step =
  | { kind: 'insert'; seq: number }
  /** Stored by an earlier transaction. */
  | { kind: 'known'; message: KnownMessage }
  /** The same message stands earlier in the batch, at this index, and this one shares its fate. */
  | { kind: 'twin'; of: number }
  /** Only looked up, and not there. */
  | { kind: 'absent' };

export interface BatchPlan {
  /** One for each message, in their order. */
  steps: Step[];
  /** The new head of each conversation that gets messages. */
  heads: Map<number, number>;
}

/** One text for (conversation, sender, cid); a cid may hold any character, so it stands last. */
export const identityKey = ({ conversation, sender, cid }: MessageIdentity): string =>
  `${conversation}:${sender}:${cid}`;

/**
 * Assigns seqs: each message that is neither known nor a twin gets the next one of its conversation, in the order of
 * the batch, without a gap. `heads` has the head of every conversation in the batch, read under its lock.
 */
export function planBatch(
  messages: readonly (MessageIdentity & { lookUpOnly: boolean })[],
  heads: ReadonlyMap<number, number>,
  known: ReadonlyMap<string, KnownMessage>,
): BatchPlan {
  const first = new Map<string, number>();
  const newHeads = new Map<number, number>();
  const steps = messages.map((message, index): Step => {
    const key = identityKey(message);
    const stored = known.get(key);
    if (stored !== undefined) return { kind: 'known', message: stored };
    const twin = first.get(key);
    if (twin !== undefined) return { kind: 'twin', of: twin };
    if (message.lookUpOnly) return { kind: 'absent' };
    first.set(key, index);
    const seq = (newHeads.get(message.conversation) ?? heads.get(message.conversation)!) + 1;
    newHeads.set(message.conversation, seq);
    return { kind: 'insert', seq };
  });
  return { steps, heads: newHeads };
}
