import type { Message } from '@berth/wire';
import type { WaitingBudget } from './waiting-budget.ts';

/** Kept of one client at most; what is beyond is read again. */
const maxMessages = 256;
const maxCharacters = 128 * 1024;
/** Texts on their way from the client, over all conversations: more than may be in flight. */
const maxOwn = 1_024;

/**
 * What came live for one client and was not sent to it yet, so that it need not be read again: of each conversation a
 * run without gaps.
 */
export class LiveTexts {
  readonly #runs = new Map<number, Message[]>();
  /** `conversation/cid` of what the client sent itself, the oldest first. */
  readonly #own = new Set<string>();
  readonly #budget: WaitingBudget;
  #messages = 0;
  #characters = 0;

  constructor(budget: WaitingBudget) {
    this.#budget = budget;
  }

  add(message: Message): void {
    const run = this.#runs.get(message.conversation);
    const last = run?.at(-1);
    if (last !== undefined && message.seq <= last.seq) return;
    if (last !== undefined && message.seq > last.seq + 1) return;
    if (this.#messages >= maxMessages || this.#characters + message.text.length > maxCharacters) return;
    if (!this.#budget.take(message.text.length)) return;
    if (run === undefined) this.#runs.set(message.conversation, [message]);
    else run.push(message);
    this.#count(1, message);
  }

  /** The run from the seq after `mark` on; none when that one is missing. */
  after(conversation: number, mark: number, limit: number): readonly Message[] {
    this.passed(conversation, mark);
    const run = this.#runs.get(conversation);
    return run !== undefined && run[0]!.seq === mark + 1 ? run.slice(0, limit) : [];
  }

  /** What is up to `seq` was sent. */
  passed(conversation: number, seq: number): void {
    const run = this.#runs.get(conversation);
    if (run === undefined) return;
    while (run.length > 0 && run[0]!.seq <= seq) {
      const message = run.shift()!;
      this.#count(-1, message);
      this.#budget.give(message.text.length);
      this.#own.delete(nameOf(conversation, message.cid));
    }
    if (run.length === 0) this.#runs.delete(conversation);
  }

  /** What waits of a conversation is to be read again: something of it is not so any more. */
  reread(conversation: number): void {
    const run = this.#runs.get(conversation) ?? [];
    this.#runs.delete(conversation);
    for (const message of run) {
      this.#count(-1, message);
      this.#budget.give(message.text.length);
    }
  }

  forget(conversation: number): void {
    this.passed(conversation, Number.POSITIVE_INFINITY);
  }

  /** The client has gone. */
  clear(): void {
    for (const conversation of [...this.#runs.keys()]) this.forget(conversation);
  }

  own(conversation: number, cid: string): void {
    this.#own.add(nameOf(conversation, cid));
    if (this.#own.size > maxOwn) this.#own.delete(this.#own.values().next().value!);
  }

  isOwn(conversation: number, cid: string): boolean {
    return this.#own.has(nameOf(conversation, cid));
  }

  #count(by: 1 | -1, { text }: Message): void {
    this.#messages += by;
    this.#characters += by * text.length;
  }
}

const nameOf = (conversation: number, cid: string): string => `${conversation}/${cid}`;
