import { setTimeout as sleep } from 'node:timers/promises';
import { backoffMs } from '@berth/lifecycle';
import type { Log, TraceSpan, Tracing } from '@berth/telemetry';
import { BerthError } from '@berth/wire';
import type { BatchOptions, MessageStore, Outcome } from './message-store.ts';
import type { PendingMessage } from './pending-message.ts';
import { type WriteFailure, writeFailureOf } from './write-failure.ts';

export interface BatchCommitterOptions {
  store: MessageStore;
  log: Log;
  tracing: Tracing;
  /**
   * What became of a message: called for each that is not left out, in the order of the batch. A `twin` has
   * the outcome of the same message before it.
   */
  settle(pending: PendingMessage, outcome: FinalOutcome, twin: boolean): void;
  /** All outcomes of a batch have been told. */
  applied(): void;
  observe(event: { messages: number; seconds: number; failure: WriteFailure | undefined }): void;
  /** Another writer appended to this conversation first. */
  met(conversation: number): void;
}

export type FinalOutcome = Exclude<Outcome, { kind: 'locked' | 'twin' | 'contended' | 'later' }>;

/** What was left out of a batch: `later` belongs at the front of the queue that it came from. */
export interface LeftOut {
  pending: PendingMessage;
  why: 'locked' | 'contended' | 'later';
}

/** Takes messages that may join a batch whose conversations are locked now. */
export type Gathering = (
  locked: ReadonlyMap<number, unknown>,
  batch: readonly PendingMessage[],
) => PendingMessage[];

/** How a batch is to be tried next. */
interface Course {
  /** Without locks. */
  append: boolean;
  careful: boolean;
  skipLocked: boolean;
  /** A COMMIT of it was not answered. */
  uncertain: boolean;
  gathering?: Gathering | undefined;
  /** Of the batch, when one of its messages is traced. */
  span?: TraceSpan;
}

/** Senders remembered for having sent a stored cid unmarked; the oldest is forgotten. */
const maxSuspects = 10_000;

/**
 * Brings one batch into the store whatever happens on the way: waits for a server that is away, finds out what an
 * unanswered COMMIT did, splits a batch that failed twice so that no message fails another. It gives up only messages
 * whose callers were answered meanwhile (`PendingMessage.settled`), so a deadline of the caller's bounds it.
 */
export class BatchCommitter {
  readonly #store: MessageStore;
  readonly #log: Log;
  readonly #tracing: Tracing;
  readonly #settle: BatchCommitterOptions['settle'];
  readonly #applied: BatchCommitterOptions['applied'];
  readonly #observe: BatchCommitterOptions['observe'];
  readonly #met: BatchCommitterOptions['met'];
  readonly #suspects = new Set<number>();
  #closing = false;

  constructor({ store, log, tracing, settle, applied, observe, met }: BatchCommitterOptions) {
    this.#met = met;
    this.#store = store;
    this.#log = log;
    this.#tracing = tracing;
    this.#settle = settle;
    this.#applied = applied;
    this.#observe = observe;
  }

  /** Answered messages are no longer looked up. */
  close(): void {
    this.#closing = true;
  }

  /**
   * With `append` without locks, the batch sorted by conversation; whatever fails is then tried under them. What `gathering`
   * takes, once the locks are held, is added to the batch. Resolves with the messages that were left out.
   */
  async commit(
    batch: PendingMessage[],
    { append, ...rest }: Pick<Course, 'append' | 'skipLocked' | 'gathering'>,
  ): Promise<LeftOut[]> {
    const uncertain = batch.some((pending) => pending.maybeStored);
    const course = { ...rest, append: append && !uncertain, careful: uncertain, uncertain };
    const span = this.#tracing.isOn ? beginAppend(batch) : undefined;
    if (span === undefined) return this.#pursue(batch, course);
    const left = await this.#pursue(batch, { ...course, span });
    span.end();
    return left;
  }

  async #pursue(batch: PendingMessage[], course: Course): Promise<LeftOut[]> {
    let failures = 0;
    for (let attempt = 0; ; attempt++) {
      const open = batch.filter((pending) => !pending.settled || (pending.maybeStored && !this.#closing));
      if (open.length === 0) return [];
      const gather = course.gathering && this.#gatherer(batch, open, course.gathering);
      const result = await this.#attempt(open, { ...course, gather });
      if (Array.isArray(result)) return result;
      const { failure, error } = result;
      this.#log.warn({ err: error, failure, messages: open.length }, 'a batch was not stored');
      // Without a server nothing was tried.
      course.append &&= failure === 'away' && !open.some((pending) => pending.lookUpOnly);
      if (failure === 'unknown') course.uncertain = true;
      if (failure === 'unknown' || failure === 'duplicate') course.careful = true;
      if (failure === 'lock-timeout') course.skipLocked = true;
      if (failure !== 'unknown' && failure !== 'away') failures++;
      if (failures >= 2 && open.length > 1) return this.#split(open, course);
      if (failures >= 2 && failure === 'refused') {
        this.#log.error({ err: error }, 'a message cannot be stored');
        const fault = new BerthError('internal', undefined, { cause: error });
        this.#settle(open[0]!, { kind: 'refused', error: fault }, false);
        return [];
      }
      // A violated key and a first lock time-out take another way at once.
      if (failures !== 1 || failure === 'deadlock')
        await sleep(backoffMs(attempt, { baseMs: 10, maxMs: 500 }));
    }
  }

  async #split(batch: PendingMessage[], course: Course): Promise<LeftOut[]> {
    const middle = Math.ceil(batch.length / 2);
    // Nothing that came later may stand before the second half.
    const part = { ...course, gathering: undefined };
    const left = await this.#pursue(batch.slice(0, middle), { ...part });
    return left.concat(await this.#pursue(batch.slice(middle), { ...part }));
  }

  #gatherer(batch: PendingMessage[], open: PendingMessage[], gathering: Gathering): BatchOptions['gather'] {
    return (locked) => {
      const joined = gathering(locked, open);
      for (const pending of joined) this.#begin(pending);
      batch.push(...joined);
      open.push(...joined);
      // What belongs together is handed on together.
      open.sort((a, b) => a.message.conversation - b.message.conversation);
    };
  }

  #begin(pending: PendingMessage): void {
    pending.maybeStored = true;
    pending.resent ||= this.#suspects.has(pending.message.sender);
  }

  async #attempt(
    batch: PendingMessage[],
    course: Course & Pick<BatchOptions, 'gather'>,
  ): Promise<LeftOut[] | { failure: WriteFailure; error: unknown }> {
    const started = performance.now();
    const observe = (failure: WriteFailure | undefined) =>
      this.#observe({ messages: batch.length, seconds: (performance.now() - started) / 1_000, failure });
    for (const pending of batch) this.#begin(pending);
    let outcomes: Outcome[];
    const span = course.span?.child('commit', { kind: 'client', facts: { 'db.system.name': 'mysql' } });
    try {
      outcomes = await (course.append ? this.#store.append(batch) : this.#store.write(batch, course));
    } catch (error) {
      const failure = writeFailureOf(error);
      span?.end(failure);
      if (failure !== 'unknown') for (const pending of batch) pending.maybeStored = course.uncertain;
      observe(failure);
      return { failure, error };
    }
    observe(undefined);
    span?.end();
    return this.#apply(batch, outcomes, course);
  }

  #apply(batch: PendingMessage[], outcomes: Outcome[], course: Course): LeftOut[] {
    const left: LeftOut[] = [];
    for (let index = 0; index < batch.length; index++) {
      const pending = batch[index]!;
      const given = outcomes[index]!;
      const outcome = given.kind === 'twin' ? outcomes[given.of]! : given;
      if (outcome.kind === 'locked' || outcome.kind === 'contended' || outcome.kind === 'later') {
        pending.maybeStored = course.uncertain;
        if (outcome.kind === 'contended' && outcome.by === 'seq') this.#met(pending.message.conversation);
        // Which of them it is that is stored, its look-up tells.
        if (outcome.kind === 'contended' && outcome.by === 'cid') pending.resent = true;
        left.push({ pending, why: outcome.kind });
        continue;
      }
      pending.maybeStored = false;
      if (given.kind === 'known' && !course.uncertain && !pending.message.resent) {
        this.#suspect(pending.message.sender);
      }
      this.#settle(pending, outcome as FinalOutcome, given.kind === 'twin');
    }
    this.#applied();
    return left;
  }

  #suspect(sender: number): void {
    this.#suspects.add(sender);
    if (this.#suspects.size > maxSuspects) this.#suspects.delete(this.#suspects.values().next().value!);
  }
}

/** A part of the first trace in the batch, with links to the others that it was done for. */
function beginAppend(batch: readonly PendingMessage[]): TraceSpan | undefined {
  const isTraced = (pending: PendingMessage) => pending.message.trace !== undefined;
  if (!batch.some(isTraced)) return undefined;
  const [first, ...links] = batch.filter(isTraced).map(({ message }) => message.trace!);
  return first?.child('append', { links, facts: { 'berth.batch.messages': batch.length } });
}
