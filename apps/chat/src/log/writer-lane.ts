import { setImmediate as turn } from 'node:timers/promises';
import { batchSize } from '../stores/statement-shapes.ts';
import type { BatchCommitter } from './batch-committer.ts';
import type { LockedConversations } from './locked-conversations.ts';
import type { PendingMessage } from './pending-message.ts';

/** Bytes of a batch at most; well below the server's `max_allowed_packet` (16 MiB by default). */
const maxBatchBytes = 2 * 1024 * 1024;

/** Milliseconds in which a stopped process loses its locks; as long locks are not waited for once one was. */
const lockedMs = 5_000;

/**
 * One of the writers: one batch at a time on one connection. While a batch is being committed the next one gathers; no
 * timer takes part. A conversation always has the same lane, so its messages are never in two batches at once.
 */
export class WriterLane {
  readonly #committer: BatchCommitter;
  readonly #locked: LockedConversations;
  #queue: PendingMessage[] = [];
  #skipLockedUntil = 0;
  #working: Promise<void> | undefined;

  constructor(committer: BatchCommitter, locked: LockedConversations) {
    this.#committer = committer;
    this.#locked = locked;
  }

  push(pending: PendingMessage): void {
    this.#queue.push(pending);
    this.#working ??= this.#work();
  }

  /** Drops what was answered while it waited. */
  prune(): void {
    this.#queue = this.#queue.filter((pending) => !pending.settled);
  }

  /** Resolves when nothing is left. */
  async drained(): Promise<void> {
    await this.#working;
  }

  async #work(): Promise<void> {
    // What else arrives in this turn of the event loop goes along.
    await turn();
    while (this.#queue.length > 0) {
      const batch = this.#takeBatch();
      if (batch.length === 0) continue;
      const skipLocked = performance.now() < this.#skipLockedUntil;
      const locked = await this.#committer.commit(batch, { skipLocked });
      if (locked.length > 0) this.#skipLockedUntil = performance.now() + lockedMs;
      for (const pending of locked) this.#locked.add(pending);
    }
    this.#working = undefined;
  }

  #takeBatch(): PendingMessage[] {
    const batch: PendingMessage[] = [];
    let bytes = 0;
    const taken = this.#queue.splice(0, batchSize(this.#queue.length));
    for (const [index, pending] of taken.entries()) {
      if (this.#locked.has(pending.message.conversation)) {
        this.#locked.add(pending);
        continue;
      }
      if (bytes + pending.bytes > maxBatchBytes && batch.length > 0) {
        this.#queue.unshift(...taken.slice(index));
        break;
      }
      bytes += pending.bytes;
      batch.push(pending);
    }
    return batch;
  }
}
