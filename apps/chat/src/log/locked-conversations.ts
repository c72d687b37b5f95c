import { setTimeout as sleep } from 'node:timers/promises';
import { backoffMs } from '@berth/lifecycle';
import { maxBatch } from '../stores/statement-shapes.ts';
import type { BatchCommitter } from './batch-committer.ts';
import type { PendingMessage } from './pending-message.ts';

/** Messages of one conversation in a batch at most, so that a long queue leaves room for the other conversations. */
const maxOfOne = 64;

/**
 * The messages of conversations that somebody else keeps locked (a slow transaction, a stopped process), apart from all
 * others: tried again and again without waiting for a lock, so that one that is free is never held up by one that is not.
 */
export class LockedConversations {
  readonly #committer: BatchCommitter;
  readonly #queues = new Map<number, PendingMessage[]>();
  #working: Promise<void> | undefined;

  constructor(committer: BatchCommitter) {
    this.#committer = committer;
  }

  has(conversation: number): boolean {
    return this.#queues.has(conversation);
  }

  add(pending: PendingMessage): void {
    const queue = this.#queues.get(pending.message.conversation);
    if (queue === undefined) this.#queues.set(pending.message.conversation, [pending]);
    else queue.push(pending);
    this.#working ??= this.#work();
  }

  /** Resolves when no conversation is left. */
  async drained(): Promise<void> {
    await this.#working;
  }

  async #work(): Promise<void> {
    let rounds = 0;
    while (this.#queues.size > 0) {
      const batch = this.#takeBatch();
      const left = await this.#committer.commit(batch, { append: false, skipLocked: true });
      const locked = left.map(({ pending }) => pending);
      this.#putBack(locked);
      rounds = locked.length < batch.length ? 0 : rounds + 1;
      if (this.#queues.size > 0 && locked.length > 0) {
        await sleep(backoffMs(rounds, { baseMs: 20, maxMs: 200 }));
      }
    }
    this.#working = undefined;
  }

  /** Some of each conversation, in turn: those that were tried stand last the next time. */
  #takeBatch(): PendingMessage[] {
    const batch: PendingMessage[] = [];
    for (const [conversation, queue] of [...this.#queues]) {
      if (batch.length >= maxBatch) break;
      batch.push(...queue.splice(0, Math.min(maxOfOne, maxBatch - batch.length)));
      this.#queues.delete(conversation);
      this.#queues.set(conversation, queue);
    }
    return batch;
  }

  #putBack(locked: readonly PendingMessage[]): void {
    for (const pending of locked.toReversed()) {
      this.#queues.get(pending.message.conversation)!.unshift(pending);
    }
    for (const [conversation, queue] of [...this.#queues]) {
      const waiting = queue.filter((pending) => !pending.settled || pending.maybeStored);
      if (waiting.length === 0) this.#queues.delete(conversation);
      else this.#queues.set(conversation, waiting);
    }
  }
}
