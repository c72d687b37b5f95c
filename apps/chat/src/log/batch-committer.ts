import { setTimeout as sleep } from 'node:timers/promises';
import { backoffMs } from '@berth/lifecycle';
import type { Log } from '@berth/telemetry';
import { BerthError } from '@berth/wire';
import type { MessageStore, Outcome } from './message-store.ts';
import type { PendingMessage } from './pending-message.ts';
import { type WriteFailure, writeFailureOf } from './write-failure.ts';

export interface BatchCommitterOptions {
  store: MessageStore;
  log: Log;
  /**
   * What became of a message: called for each that is not left out as locked, in the order of the batch. A `twin` has
   * the outcome of the same message before it.
   */
  settle(pending: PendingMessage, outcome: FinalOutcome, twin: boolean): void;
  observe(event: { messages: number; seconds: number; failure: WriteFailure | undefined }): void;
}

export type FinalOutcome = Exclude<Outcome, { kind: 'locked' | 'twin' }>;

/** How a batch is to be tried next. */
interface Course {
  careful: boolean;
  skipLocked: boolean;
  /** A COMMIT of it was not answered. */
  uncertain: boolean;
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
  readonly #settle: BatchCommitterOptions['settle'];
  readonly #observe: BatchCommitterOptions['observe'];
  readonly #suspects = new Set<number>();
  #closing = false;

  constructor({ store, log, settle, observe }: BatchCommitterOptions) {
    this.#store = store;
    this.#log = log;
    this.#settle = settle;
    this.#observe = observe;
  }

  /** Answered messages are no longer looked up. */
  close(): void {
    this.#closing = true;
  }

  /** Resolves with the messages that were left out because their conversation is locked by someone else. */
  async commit(batch: PendingMessage[], { skipLocked }: { skipLocked: boolean }): Promise<PendingMessage[]> {
    const uncertain = batch.some((pending) => pending.maybeStored);
    return this.#pursue(batch, { careful: uncertain, skipLocked, uncertain });
  }

  async #pursue(batch: PendingMessage[], course: Course): Promise<PendingMessage[]> {
    let failures = 0;
    for (let attempt = 0; ; attempt++) {
      const open = batch.filter((pending) => !pending.settled || (pending.maybeStored && !this.#closing));
      if (open.length === 0) return [];
      const result = await this.#attempt(open, course);
      if (Array.isArray(result)) return result;
      const { failure, error } = result;
      this.#log.warn({ err: error, failure, messages: open.length }, 'a batch was not stored');
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

  async #split(batch: PendingMessage[], course: Course): Promise<PendingMessage[]> {
    const middle = Math.ceil(batch.length / 2);
    const locked = await this.#pursue(batch.slice(0, middle), { ...course });
    return locked.concat(await this.#pursue(batch.slice(middle), { ...course }));
  }

  async #attempt(
    batch: PendingMessage[],
    course: Course,
  ): Promise<PendingMessage[] | { failure: WriteFailure; error: unknown }> {
    const started = performance.now();
    const observe = (failure: WriteFailure | undefined) =>
      this.#observe({ messages: batch.length, seconds: (performance.now() - started) / 1_000, failure });
    for (const pending of batch) {
      pending.maybeStored = true;
      pending.resent ||= this.#suspects.has(pending.message.sender);
    }
    let outcomes: Outcome[];
    try {
      outcomes = await this.#store.write(batch, course);
    } catch (error) {
      const failure = writeFailureOf(error);
      if (failure !== 'unknown') for (const pending of batch) pending.maybeStored = course.uncertain;
      observe(failure);
      return { failure, error };
    }
    observe(undefined);
    return this.#apply(batch, outcomes, course);
  }

  #apply(batch: PendingMessage[], outcomes: Outcome[], course: Course): PendingMessage[] {
    const locked: PendingMessage[] = [];
    for (let index = 0; index < batch.length; index++) {
      const [pending, outcome] = [batch[index]!, outcomes[index]!];
      if (outcome.kind === 'locked') {
        pending.maybeStored = course.uncertain;
        locked.push(pending);
        continue;
      }
      pending.maybeStored = false;
      if (outcome.kind === 'known' && !course.uncertain && !pending.message.resent) {
        this.#suspect(pending.message.sender);
      }
      const final = outcome.kind === 'twin' ? outcomes[outcome.of] : outcome;
      this.#settle(pending, final as FinalOutcome, outcome.kind === 'twin');
    }
    return locked;
  }

  #suspect(sender: number): void {
    this.#suspects.add(sender);
    if (this.#suspects.size > maxSuspects) this.#suspects.delete(this.#suspects.values().next().value!);
  }
}
