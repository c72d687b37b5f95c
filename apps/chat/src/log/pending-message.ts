import type { BerthError } from '@berth/wire';
import type { BatchMessage, OutgoingMessage, Receipt } from './message-store.ts';

/** Hears once what became of a message, and never throws. A call for each, not a promise: there are very many. */
export interface SendWaiter {
  stored(receipt: Receipt): void;
  refused(error: unknown): void;
}

/** A message on its way into the database, and the caller who waits for its receipt. */
export class PendingMessage implements BatchMessage {
  readonly message: OutgoingMessage;
  /** Of `performance.now()`: when the caller is answered in any case. */
  readonly deadlineAt: number;
  readonly #waiter: SendWaiter;
  /** A transaction with it is under way, or one was whose end is not known. */
  maybeStored = false;
  resent: boolean;
  settled = false;

  constructor(message: OutgoingMessage, deadlineAt: number, waiter: SendWaiter) {
    this.message = message;
    this.resent = message.resent;
    this.deadlineAt = deadlineAt;
    this.#waiter = waiter;
  }

  get lookUpOnly(): boolean {
    return this.settled;
  }

  get bytes(): number {
    return bytesOf(this.message);
  }

  resolve(receipt: Receipt): void {
    if (this.settled) return;
    this.settled = true;
    this.#waiter.stored(receipt);
  }

  reject(error: BerthError): void {
    if (this.settled) return;
    this.settled = true;
    this.#waiter.refused(error);
  }
}

/** Bytes that a message holds, about: the frame, and the text beside it. */
export const bytesOf = (message: OutgoingMessage): number => 2 * message.frame.length + 200;
