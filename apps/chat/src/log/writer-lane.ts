import { setImmediate as turn } from 'node:timers/promises';
import { batchSize, maxBatch } from '../stores/statement-shapes.ts';
import type { BatchCommitter } from './batch-committer.ts';
import type { LaneOrder } from './lane-order.ts';
import type { LockedConversations } from './locked-conversations.ts';
import { takesTurn } from './message-store.ts';
import type { PendingMessage } from './pending-message.ts';

/** Bytes of a batch at most; well below the server's `max_allowed_packet` (16 MiB by default). */
const maxBatchBytes = 2 * 1024 * 1024;

/** Milliseconds in which a stopped process loses its locks; as long locks are not waited for once one was. */
const lockedMs = 5_000;

/** The way of the conversations that are written in turns. */
export interface TurnLane {
  has(conversation: number): boolean;
  push(pending: PendingMessage): void;
}

export interface WriterLaneOptions {
  committer: BatchCommitter;
  locked: LockedConversations;
  /** Absent: this is the lane of those who take turns, and each of its batches is written under locks. */
  turns?: TurnLane;
  /** Of the lanes that append. */
  order?: LaneOrder;
  /** A message has left the lane. */
  onEnded?(pending: PendingMessage): void;
}

/**
 * One of the writers: one batch at a time on one connection. While a batch is being committed the next one gathers; no
 * timer takes part. A conversation always has the same lane, so its messages are never in two batches at once.
 */
export class WriterLane {
  readonly #options: WriterLaneOptions;
  #queue: PendingMessage[] = [];
  #skipLockedUntil = 0;
  #working: Promise<void> | undefined;

  constructor(options: WriterLaneOptions) {
    this.#options = options;
  }

  push(pending: PendingMessage): void {
    this.#queue.push(pending);
    this.#working ??= this.#work();
  }

  /** Drops what was answered while it waited. */
  prune(): void {
    for (const pending of this.#queue) if (pending.settled) this.#options.onEnded?.(pending);
    this.#queue = this.#queue.filter((pending) => !pending.settled);
  }

  /** Resolves when nothing is left. */
  async drained(): Promise<void> {
    await this.#working;
  }

  async #work(): Promise<void> {
    const { committer, locked, turns, onEnded, order } = this.#options;
    // What else arrives in this turn of the event loop goes along.
    await turn();
    while (this.#queue.length > 0) {
      await order?.begin(this.#queue.length);
      const batch = this.#takeBatch();
      if (batch.length === 0) {
        order?.end();
        continue;
      }
      const skipLocked = performance.now() < this.#skipLockedUntil;
      const left = await committer.commit(batch, {
        append: turns !== undefined,
        skipLocked,
        // Who waited for a lock has more to write by then, and others wait for the lock.
        gathering:
          turns === undefined ? (conversations, taken) => this.#gather(conversations, taken) : undefined,
      });
      order?.end();
      if (onEnded !== undefined) for (const pending of batch) onEnded(pending);
      const later: PendingMessage[] = [];
      for (const { pending, why } of left) {
        if (why === 'later') later.push(pending);
        else if (why === 'contended' && turns !== undefined) turns.push(pending);
        else {
          this.#skipLockedUntil = performance.now() + lockedMs;
          locked.add(pending);
        }
      }
      if (later.length > 0) this.#queue = [...later, ...this.#queue];
    }
    this.#working = undefined;
  }

  /** What the queue has for these conversations, of each in its order, as far as there is room in the batch. */
  #gather(conversations: ReadonlyMap<number, unknown>, batch: readonly PendingMessage[]): PendingMessage[] {
    const mayJoin = ({ settled, message }: PendingMessage) =>
      !settled && conversations.has(message.conversation);
    const waiting = this.#queue.reduce((count, pending) => count + Number(mayJoin(pending)), 0);
    const total = Math.max(batch.length, batchSize(Math.min(maxBatch, batch.length + waiting)));
    let bytes = batch.reduce((sum, pending) => sum + pending.bytes, 0);
    const joined: PendingMessage[] = [];
    let isFull = false;
    this.#queue = this.#queue.filter((pending) => {
      if (!mayJoin(pending)) return true;
      bytes += pending.bytes;
      isFull ||= batch.length + joined.length >= total || bytes > maxBatchBytes;
      if (!isFull) joined.push(pending);
      return isFull;
    });
    return joined;
  }

  #takeBatch(): PendingMessage[] {
    const { locked, turns, onEnded } = this.#options;
    const batch: PendingMessage[] = [];
    let bytes = 0;
    const taken = this.#queue.splice(0, batchSize(this.#queue.length));
    const behind: PendingMessage[] = [];
    for (const [index, pending] of taken.entries()) {
      const { conversation } = pending.message;
      const isLarge = takesTurn(pending.message);
      if (isLarge || behind.length > 0) {
        // It takes its turn once what stands before it in the conversation is committed, and what stands behind it waits.
        const isOf = ({ message }: PendingMessage) => message.conversation === conversation;
        if (behind.some(isOf) || (turns !== undefined && isLarge && batch.some(isOf))) {
          behind.push(pending);
          continue;
        }
      }
      const isNext = turns?.has(conversation) || (turns !== undefined && isLarge);
      if (locked.has(conversation) || isNext) {
        if (locked.has(conversation)) locked.add(pending);
        else turns!.push(pending);
        onEnded?.(pending);
        continue;
      }
      if (bytes + pending.bytes > maxBatchBytes && batch.length > 0) {
        this.#queue.unshift(...taken.slice(index));
        break;
      }
      bytes += pending.bytes;
      batch.push(pending);
    }
    if (behind.length > 0) this.#queue.unshift(...behind);
    // What belongs together lies together in the key, and two nodes wait for each other in one order.
    return batch.sort((a, b) => a.message.conversation - b.message.conversation);
  }
}
