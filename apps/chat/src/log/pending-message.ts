import type { BerthError } from '@berth/wire';
import type { BatchMessage, OutgoingMessage, Receipt } from './message-store.ts';

/** A message on its way into the database, and the caller who waits for its receipt. */
export class PendingMessage implements BatchMessage {
  readonly message: OutgoingMessage;
  /** Of `performance.now()`: when the caller is answered in any case. */
  readonly deadlineAt: number;
  readonly receipt: Promise<Receipt>;
  /** A transaction with it is under way, or one was whose end is not known. */
  maybeStored = false;
  resent: boolean;
  #settled = false;
  #resolve!: (receipt: Receipt) => void;
  #reject!: (error: BerthError) => void;

  constructor(message: OutgoingMessage, deadlineAt: number) {
    this.message = message;
    this.resent = message.resent;
    this.deadlineAt = deadlineAt;
    this.receipt = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  get settled(): boolean {
    return this.#settled;
  }

  get lookUpOnly(): boolean {
    return this.#settled;
  }

  get bytes(): number {
    return bytesOf(this.message);
  }

  resolve(receipt: Receipt): void {
    this.#settled = true;
    this.#resolve(receipt);
  }

  reject(error: BerthError): void {
    this.#settled = true;
    this.#reject(error);
  }
}

/** Bytes that a message holds, about: the frame, and the text beside it. */
export const bytesOf = (message: OutgoingMessage): number => 2 * message.frame.length + 200;
