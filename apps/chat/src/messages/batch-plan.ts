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

/** What a plan needs of a message in a batch. */
interface Planned {
  readonly message: MessageIdentity;
  readonly lookUpOnly: boolean;
}

/**
 * Assigns seqs: each message that is neither known nor a twin gets the next one of its conversation, in the order of
 * the batch, without a gap. `heads` has the head of every conversation in the batch, read under its lock.
 */
export function planBatch(
  batch: readonly Planned[],
  heads: ReadonlyMap<number, number>,
  known: ReadonlyMap<string, KnownMessage>,
): BatchPlan {
  const newHeads = new Map<number, number>();
  const first = new FirstOfEach(batch);
  const steps = batch.map(({ message, lookUpOnly }, index): Step => {
    const stored = known.size === 0 ? undefined : known.get(identityKey(message));
    if (stored !== undefined) return { kind: 'known', message: stored };
    const twin = first.find(message);
    if (twin !== undefined) return { kind: 'twin', of: twin };
    if (lookUpOnly) return { kind: 'absent' };
    first.add(message, index);
    const seq = (newHeads.get(message.conversation) ?? heads.get(message.conversation)!) + 1;
    newHeads.set(message.conversation, seq);
    return { kind: 'insert', seq };
  });
  return { steps, heads: newHeads };
}

/** The first message of each identity. Different ones seldom share a cid, so the cid alone is hashed. */
class FirstOfEach {
  readonly #batch: readonly Planned[];
  readonly #byCid = new Map<string, number>();
  /** By `identityKey`: those whose cid was taken by another identity. */
  readonly #others = new Map<string, number>();

  constructor(batch: readonly Planned[]) {
    this.#batch = batch;
  }

  find(message: MessageIdentity): number | undefined {
    const index = this.#byCid.get(message.cid);
    if (index === undefined) return undefined;
    const { conversation, sender } = this.#batch[index]!.message;
    if (conversation === message.conversation && sender === message.sender) return index;
    return this.#others.get(identityKey(message));
  }

  add(message: MessageIdentity, index: number): void {
    if (this.#byCid.has(message.cid)) this.#others.set(identityKey(message), index);
    else this.#byCid.set(message.cid, index);
  }
}
