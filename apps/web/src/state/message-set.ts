import { Observable } from './observable.ts';

/** Messages about which something is under way that shows. */
export class MessageSet extends Observable {
  readonly #keys = new Set<string>();

  has(conversation: number, seq: number): boolean {
    return this.#keys.has(keyOf(conversation, seq));
  }

  add(conversation: number, seq: number): void {
    this.#keys.add(keyOf(conversation, seq));
    this.changed();
  }

  delete(conversation: number, seq: number): void {
    this.#keys.delete(keyOf(conversation, seq));
    this.changed();
  }
}

const keyOf = (conversation: number, seq: number): string => `${conversation}:${seq}`;
