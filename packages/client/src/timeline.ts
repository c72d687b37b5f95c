import type { Message } from '@berth/wire';

/** Messages kept that came ahead of a gap; what comes beyond is left to the sync that closes it. */
const maxAhead = 1_000;

/**
 * One conversation's messages brought into the order of seq, each once: a mark up to where everything has been handed
 * on, and what came ahead of it. No I/O and no time.
 */
export class Timeline {
  #mark: number;
  #head: number;
  readonly #ahead = new Map<number, Message>();

  constructor(mark: number) {
    this.#mark = mark;
    this.#head = mark;
  }

  /** Everything up to here has been handed on. */
  get mark(): number {
    return this.#mark;
  }

  /** Whether something up to the newest seq heard of is missing. */
  get hasGap(): boolean {
    return this.#head > this.#mark;
  }

  /** How many seqs lie between the mark and the next message in hand or, with none in hand, the newest heard of. */
  get gapLength(): number {
    return this.#ahead.size > 0 ? Math.min(...this.#ahead.keys()) - this.#mark - 1 : this.#head - this.#mark;
  }

  /** Hears that the conversation goes up to `seq`. */
  heard(seq: number): void {
    this.#head = Math.max(this.#head, seq);
  }

  /** Takes a message from wherever; answers with what can be handed on now. */
  take(message: Message): Message[] {
    if (message.seq <= this.#mark) return [];
    this.heard(message.seq);
    if (message.seq === this.#mark + 1 || this.#ahead.size < maxAhead) this.#ahead.set(message.seq, message);
    return this.handOn();
  }

  /**
   * Takes a range read from the server: of `(after, upTo]` these messages are all that there are for this user.
   * Answers with what can be handed on now. A range that begins above the mark says nothing and is left.
   */
  cover(after: number, upTo: number, messages: readonly Message[]): Message[] {
    if (after > this.#mark) return [];
    const ready: Message[] = [];
    for (const message of messages) if (message.seq > this.#mark) this.#ahead.set(message.seq, message);
    for (const seq of [...this.#ahead.keys()].sort((a, b) => a - b)) {
      if (seq > upTo) break;
      ready.push(this.#ahead.get(seq)!);
      this.#ahead.delete(seq);
    }
    this.#mark = Math.max(this.#mark, upTo);
    this.heard(this.#mark);
    return [...ready, ...this.handOn()];
  }

  /** Passes over the gap up to `seq`, but over no message in hand; answers with the range passed over. `handOn` comes next. */
  skip(seq: number): { from: number; to: number } | undefined {
    const from = this.#mark + 1;
    const to = Math.min(seq, ...[...this.#ahead.keys()].map((key) => key - 1));
    if (to < from) return undefined;
    this.#mark = to;
    return { from, to };
  }

  /** Nothing further is to be had: forgets what was heard of and never came. */
  abandonGap(): void {
    this.#ahead.clear();
    this.#head = this.#mark;
  }

  /** What can be handed on now. */
  handOn(): Message[] {
    const ready: Message[] = [];
    for (;;) {
      const message = this.#ahead.get(this.#mark + 1);
      if (!message) return ready;
      this.#ahead.delete(message.seq);
      this.#mark = message.seq;
      ready.push(message);
    }
  }
}
