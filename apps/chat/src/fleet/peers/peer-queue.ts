import { type EncodedEntry, encodeEntry } from './peer-codec.ts';

/** Conversations remembered as dropped; beyond it `all` of them are. */
const maxDropped = 1_000;

/** Bytes that wait for all nodes together; those of one are bounded, and their number is not. */
export interface PeerBudget {
  bytes: number;
  readonly maxBytes: number;
}

/**
 * What waits for a node, bounded. What does not fit is dropped, and the receiver is told of which conversations as soon
 * as there is room, so that it reads them itself.
 */
export class PeerQueue {
  readonly #maxBytes: number;
  readonly #budget: PeerBudget;
  #entries: EncodedEntry[] = [];
  #bytes = 0;
  readonly #dropped = new Set<number>();
  #droppedAll = false;

  constructor(maxBytes: number, budget: PeerBudget = { bytes: 0, maxBytes }) {
    this.#maxBytes = maxBytes;
    this.#budget = budget;
  }

  get isEmpty(): boolean {
    return this.#entries.length === 0 && !this.#hasDropped;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** False when it was dropped. */
  push(entry: EncodedEntry): boolean {
    const { length } = entry.bytes;
    if (this.#bytes + length > this.#maxBytes || this.#budget.bytes + length > this.#budget.maxBytes) {
      this.drop(entry.conversation);
      return false;
    }
    this.#entries.push(entry);
    this.#bytes += length;
    this.#budget.bytes += length;
    return true;
  }

  /** Notes a loss; undefined: more than one conversation's messages. */
  drop(conversation: number | undefined): void {
    if (conversation === undefined || this.#dropped.size >= maxDropped) {
      this.#droppedAll = true;
      this.#dropped.clear();
    } else if (!this.#droppedAll) {
      this.#dropped.add(conversation);
    }
  }

  /** Up to `maxBytes` in order, at least one entry; what was dropped is told behind what was kept before it. */
  take(maxBytes: number): EncodedEntry[] {
    let count = 0;
    let bytes = 0;
    while (count < this.#entries.length) {
      const next = this.#entries[count]!.bytes.length;
      if (count > 0 && bytes + next > maxBytes) break;
      bytes += next;
      count++;
    }
    const taken = count === this.#entries.length ? this.#entries : this.#entries.slice(0, count);
    this.#entries = count === this.#entries.length ? [] : this.#entries.slice(count);
    this.#bytes -= bytes;
    this.#budget.bytes -= bytes;
    if (this.#entries.length === 0 && this.#hasDropped) {
      taken.push(
        encodeEntry({
          $case: 'dropped',
          value: { conversations: [...this.#dropped], all: this.#droppedAll },
        }),
      );
      this.#dropped.clear();
      this.#droppedAll = false;
    }
    return taken;
  }

  /** Nobody will take it any more. */
  clear(): void {
    this.#budget.bytes -= this.#bytes;
    this.#bytes = 0;
    this.#entries = [];
  }

  get #hasDropped(): boolean {
    return this.#droppedAll || this.#dropped.size > 0;
  }
}
