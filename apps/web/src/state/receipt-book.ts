import type { Receipts } from '@berth/client';
import { Observable } from './observable.ts';

/** The highest marks of others, by conversation, observable. */
export class ReceiptBook extends Observable {
  readonly #receipts = new Map<number, Receipts>();

  get(conversation: number): Receipts | undefined {
    return this.#receipts.get(conversation);
  }

  raise(conversation: number, told: Receipts): void {
    const known = this.#receipts.get(conversation);
    const received = Math.max(told.received, known?.received ?? 0);
    const read = Math.max(told.read, known?.read ?? 0);
    if (known?.received === received && known.read === read) return;
    this.#receipts.set(conversation, { received, read });
    this.changed();
  }
}
