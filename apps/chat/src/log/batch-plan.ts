import type { BerthError } from '@berth/wire';
import type { Standing } from '../membership/standing.ts';
import type { LogEnd } from './log-ends.ts';
import type {
  BatchMessage,
  KnownMessage,
  MessageIdentity,
  Outcome,
  OutgoingMessage,
} from './message-store.ts';

export interface BatchPlanInput {
  batch: readonly BatchMessage[];
  /** The head of every conversation that is locked. */
  heads: ReadonlyMap<number, Pick<LogEnd, 'seq' | 'uncounted'>>;
  /** By `identityKey`: what is stored already. */
  known: ReadonlyMap<string, KnownMessage>;
  /** What the sender of each message may do. */
  standings: readonly Standing[];
  /** Why a message is not taken, given the head; asked only for those that are neither known nor twins. */
  refusalOf(message: OutgoingMessage, standing: Standing, head: number): BerthError | undefined;
  /** Milliseconds since 1970: when the new ones are sent. */
  sentAt: number;
  /** Of the server that they are written to. */
  serverRun: number;
}

export interface BatchPlan {
  /** What becomes of each message once the rows are committed, in the order of the batch. */
  outcomes: Outcome[];
  rows: { message: OutgoingMessage; seq: number; uncounted: number }[];
  /** The new head of each conversation that gets messages. */
  heads: Map<number, number>;
}

/** One text for (conversation, sender, cid); a cid may hold any character, so it stands last. */
export const identityKey = ({ conversation, sender, cid }: MessageIdentity): string =>
  `${conversation}:${sender}:${cid}`;

/**
 * Assigns seqs: each message that is neither known, nor the twin of one before it, nor refused gets the next one of its
 * conversation, in the order of the batch, without a gap. Those of conversations that are not locked are left out.
 */
export function planBatch({
  batch,
  heads,
  known,
  standings,
  refusalOf,
  sentAt,
  serverRun,
}: BatchPlanInput): BatchPlan {
  const plan: BatchPlan = { outcomes: [], rows: [], heads: new Map() };
  /** Where replies in threads, which are not counted in the conversation, have been planned. */
  const uncountedAt = new Map<number, number>();
  const first = new FirstOfEach(batch);
  const outcomeAt = (index: number): Outcome => {
    const { message, lookUpOnly } = batch[index]!;
    const standing = standings[index]!;
    const locked = heads.get(message.conversation);
    if (locked === undefined) return { kind: 'locked' };
    // What was stored stays so, whatever its sender may do now.
    const stored = known.size === 0 ? undefined : known.get(identityKey(message));
    if (stored !== undefined) return { kind: 'known', message: stored, standing };
    const twin = first.find(message);
    if (twin !== undefined) return { kind: 'twin', of: twin };
    if (lookUpOnly) return { kind: 'absent' };
    const error = refusalOf(message, standing, locked.seq);
    if (error !== undefined) return { kind: 'refused', error };
    const seq = (plan.heads.get(message.conversation) ?? locked.seq) + 1;
    first.add(message, index);
    plan.heads.set(message.conversation, seq);
    let uncounted = uncountedAt.size === 0 ? locked.uncounted : uncountedAt.get(message.conversation);
    uncounted ??= locked.uncounted;
    if (message.thread !== undefined) uncountedAt.set(message.conversation, ++uncounted);
    plan.rows.push({ message, seq, uncounted });
    return { kind: 'stored', seq, uncounted, serverRun, sentAt, standing };
  };
  for (let index = 0; index < batch.length; index++) plan.outcomes.push(outcomeAt(index));
  return plan;
}

/** The first message of each identity. Different ones seldom share a cid, so the cid alone is hashed. */
class FirstOfEach {
  readonly #batch: readonly BatchMessage[];
  readonly #byCid = new Map<string, number>();
  /** By `identityKey`: those whose cid was taken by another identity. */
  readonly #others = new Map<string, number>();

  constructor(batch: readonly BatchMessage[]) {
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
