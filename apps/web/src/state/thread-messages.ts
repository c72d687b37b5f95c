import { applyChange, type MessageChange } from '@berth/client';
import type { Message } from '@berth/wire';
import type { MessageSource } from './message-source.ts';
import { Observable } from './observable.ts';

/** A message and what is said below it, as far as it is here. */
export class ThreadMessages extends Observable implements MessageSource {
  readonly conversation: number;
  readonly root: number;
  readonly #me: number;
  readonly #known = new Map<number, Message>();
  readonly #asked = new Set<number>();
  readonly #fetch: (seq: number) => Promise<Message | undefined>;
  #replies: readonly Message[] | undefined;

  constructor(
    place: { conversation: number; root: number },
    me: number,
    fetch: (seq: number) => Promise<Message | undefined>,
  ) {
    super();
    this.conversation = place.conversation;
    this.root = place.root;
    this.#me = me;
    this.#fetch = fetch;
  }

  get first(): number {
    return this.root;
  }

  /** What is said below it, ascending. */
  get replies(): readonly Message[] {
    this.#replies ??= [...this.#known.values()]
      .filter(({ seq }) => seq !== this.root)
      .sort((one, other) => one.seq - other.seq);
    return this.#replies;
  }

  get(seq: number): Message | undefined {
    return this.#known.get(seq);
  }

  newestMessages(count: number): Message[] {
    return this.replies.slice(-count);
  }

  wantOne(seq: number): void {
    if (this.#known.has(seq) || this.#asked.has(seq)) return;
    this.#asked.add(seq);
    this.#fetch(seq).then(
      (message) => {
        if (message?.seq === seq && message.thread === this.root) this.learn([message]);
      },
      // Asked for again when it is shown next.
      () => this.#asked.delete(seq),
    );
  }

  learn(messages: readonly Message[]): void {
    for (const message of messages) {
      const here = this.#known.get(message.seq);
      if (!here || (here.changed ?? 0) <= (message.changed ?? 0)) this.#known.set(message.seq, message);
    }
    this.#change();
  }

  changeMessage(change: MessageChange): void {
    const message = this.#known.get(change.target);
    if (!message) return;
    this.#known.set(change.target, applyChange(message, change, this.#me));
    this.#change();
  }

  /** The user has deleted them for themselves. */
  hide(seqs: readonly number[]): void {
    for (const seq of seqs) this.#known.delete(seq);
    this.#change();
  }

  #change(): void {
    this.#replies = undefined;
    this.changed();
  }
}
