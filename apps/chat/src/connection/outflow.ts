import type { Socket } from 'node:net';
import type { CloseReason } from '@berth/wire';
import { encodeBatch, type Framing, isSameBatch } from './batch.ts';

/** Batches remembered within a turn: receivers of one group have the same frames, their sender other ones. */
const remembered = 4;

/**
 * Receivers of what was queued in one turn that are written in it, and as many of those left over: some 20 µs of the kernel's
 * time each, so that ten thousand who are told of one message do not keep everybody else waiting.
 */
const perTurn = 512;

/** A connection as its queue is written. */
export interface Receiver {
  readonly framing: Framing;
  readonly socket: Socket;
  readonly isOpen: boolean;
  /** Frames to be written at the end of this turn, or when the socket has drained. */
  frames: Uint8Array[] | undefined;
  /** Bytes of `frames`. */
  queuedBytes: number;
  /** Bytes that the process' budget counts for this connection. */
  countedBytes: number;
  /** Is to be written at the end of this turn. */
  dirty: boolean;
  close(reason: CloseReason): void;
  /** Cuts it at once, without a word. */
  destroy(): void;
}

/** Receivers of one turn; those from `next` on have yet to be written. */
interface Lot {
  readonly receivers: readonly Receiver[];
  next: number;
}

interface Batch {
  frames: readonly Uint8Array[];
  framing: Framing;
  bytes: Uint8Array;
}

/**
 * Writes every connection's queue once per turn of the event loop, those of a large fan-out over several, and keeps count of what
 * receivers have not taken: one with more than `maxUnsentBytes` is closed as a slow consumer, and while all of them together have
 * more than `maxTotalBytes`, the largest is cut first. Receivers of the same frames share one batch.
 */
export class Outflow {
  readonly #maxUnsentBytes: number;
  readonly #maxTotalBytes: number;
  #dirty: Receiver[] = [];
  /** What is left of earlier turns, the oldest first. */
  readonly #left: Lot[] = [];
  #batches: Batch[] = [];
  #nextBatch = 0;
  /** Connections that have not taken everything. */
  readonly #backlogged = new Set<Receiver>();
  #totalBytes = 0;

  constructor(options: { maxUnsentBytes: number; maxTotalBytes: number }) {
    this.#maxUnsentBytes = options.maxUnsentBytes;
    this.#maxTotalBytes = options.maxTotalBytes;
  }

  /** Bytes that receivers have not taken, by the last look at each. */
  get totalBytes(): number {
    return this.#totalBytes;
  }

  get backlogged(): number {
    return this.#backlogged.size;
  }

  markDirty(connection: Receiver): void {
    connection.dirty = true;
    if (this.#dirty.push(connection) === 1 && this.#left.length === 0) setImmediate(this.#flushAll);
  }

  /** Writes what is queued unless the socket still holds what it got before. */
  flush(connection: Receiver): void {
    if (!connection.isOpen) return;
    const { socket, frames } = connection;
    if (frames !== undefined && !socket.writableNeedDrain) {
      connection.frames = undefined;
      connection.queuedBytes = 0;
      socket.write(this.batchOf(frames, connection.framing));
    }
    this.#count(connection, connection.queuedBytes + socket.writableLength);
    if (connection.countedBytes > this.#maxUnsentBytes) connection.close('slowConsumer');
  }

  /** Looks again at all that have not taken everything. Called by the wheel's tick. */
  recount(): void {
    for (const connection of this.#backlogged)
      this.#count(connection, connection.queuedBytes + connection.socket.writableLength);
    this.#keepBudget();
  }

  forget(connection: Receiver): void {
    connection.frames = undefined;
    connection.queuedBytes = 0;
    this.#count(connection, 0);
  }

  batchOf(frames: readonly Uint8Array[], framing: Framing): Uint8Array {
    for (const batch of this.#batches)
      if (batch.framing === framing && isSameBatch(batch.frames, frames)) return batch.bytes;
    const bytes = encodeBatch(frames, framing);
    this.#batches[this.#nextBatch] = { frames, framing, bytes };
    this.#nextBatch = (this.#nextBatch + 1) % remembered;
    return bytes;
  }

  readonly #flushAll = (): void => {
    const lot: Lot = { receivers: this.#dirty, next: 0 };
    this.#dirty = [];
    this.#writeSome(lot);
    const oldest = this.#left[0];
    if (oldest !== undefined && this.#writeSome(oldest)) this.#left.shift();
    if (lot.next < lot.receivers.length) this.#left.push(lot);
    this.#batches = [];
    this.#nextBatch = 0;
    this.#keepBudget();
    if (this.#left.length > 0) setImmediate(this.#flushAll);
  };

  /** True: nobody of them is left. */
  #writeSome(lot: Lot): boolean {
    const { receivers } = lot;
    const end = Math.min(receivers.length, lot.next + perTurn);
    for (; lot.next < end; lot.next++) {
      const connection = receivers[lot.next]!;
      connection.dirty = false;
      this.flush(connection);
    }
    return end === receivers.length;
  }

  #count(connection: Receiver, bytes: number): void {
    if (bytes === connection.countedBytes) return;
    this.#totalBytes += bytes - connection.countedBytes;
    connection.countedBytes = bytes;
    if (bytes > 0) this.#backlogged.add(connection);
    else this.#backlogged.delete(connection);
  }

  #keepBudget(): void {
    if (this.#totalBytes <= this.#maxTotalBytes) return;
    const largestFirst = [...this.#backlogged].sort((a, b) => b.countedBytes - a.countedBytes);
    for (const connection of largestFirst) {
      if (this.#totalBytes <= this.#maxTotalBytes) return;
      connection.close('slowConsumer');
      connection.destroy();
    }
  }
}
