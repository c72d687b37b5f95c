import type { BerthError } from '@berth/wire';
import type { BatchMessage, OutgoingMessage, Receipt } from './message-store.ts';

/** A message on its way into the database, and the caller who waits for its receipt. */
export class PendingMessage {
  readonly message: OutgoingMessage;
  /** Of `performance.now()`: when the caller is answered in any case. */
  readonly deadlineAt: number;
  readonly receipt: Promise<Receipt>;
  /** A transaction with it is under way, or one was whose end is not known. */
  maybeStored = false;
  #settled = false;
  #resolve!: (receipt: Receipt) => void;
  #reject!: (error: BerthError) => void;

  constructor(message: OutgoingMessage, deadlineAt: number) {
    this.message = message;
    this.deadlineAt = deadlineAt;
    this.receipt = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  get settled(): boolean {
    return this.#settled;
  }

  /** Bytes that it holds, about: the frame, and the text beside it. */
  get bytes(): number {
    return 2 * this.message.frame.length + 200;
  }

  resolve(receipt: Receipt): void {
    this.#settled = true;
    this.#resolve(receipt);
  }

  reject(error: BerthError): void {
    this.#settled = true;
    this.#reject(error);
  }

  /** As the store takes it; an answered one is only looked up. */
  forBatch(marked: boolean): BatchMessage {
    const resent = this.message.resent || marked;
    return { ...this.message, resent, lookUpOnly: this.#settled };
  }
}
