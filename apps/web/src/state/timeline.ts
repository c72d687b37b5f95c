import { applyChange, applyReply, type MessageChange } from '@berth/client';
import type { Answers, Message } from '@berth/wire';
import type { MessageSource } from './message-source.ts';
import { Observable } from './observable.ts';
import { type SeqRange, SeqRanges } from './seq-ranges.ts';

/** Messages asked for at once; ranges begin at multiples of it, so that two readers ask for the same. */
const pageSize = 64;

/** Changes, and replies, kept of one message, and messages of which they are kept. */
const maxWaiting = 200;

/** Whether an entry is a row of its own. */
const hasPlace = ({ kind, target, thread }: Message): boolean =>
  kind !== 'fence' && target === undefined && thread === undefined;

export type FetchMessages = (after: number, limit: number) => Promise<Answers['sync']>;

/**
 * The messages of one conversation as far as they are here. Seqs are gapless, so everything from the first to the head
 * has its place before it is loaded: history needs no prepending, and a reader may jump anywhere. What the server does
 * not tell of a range that it answered is not this user's to see (times of absence) and has no place; nor has a fence, nor
 * what changed a message, nor what is said in a thread: that shows where the message stands.
 */
export class Timeline extends Observable implements MessageSource {
  readonly conversation: number;
  readonly #fetch: FetchMessages;
  readonly #me: number;
  readonly #messages = new Map<number, Message>();
  /** What was told of messages that are not here, by the message: they may come from where it was not known. */
  readonly #changes = new Map<number, MessageChange[]>();
  /** What was said below messages that are not here, by the message: a device may have kept them as they were before. */
  readonly #replies = new Map<number, Message[]>();
  /** Loaded, or known to be hidden. */
  readonly #known = new SeqRanges();
  readonly #hidden = new SeqRanges();
  readonly #asking = new Set<number>();
  #first: number;
  #head: number;
  #version = 0;
  #wanted: SeqRange | undefined;
  /** Pages that could not be had when they were asked for last. */
  readonly #failed = new Set<number>();

  constructor(
    conversation: number,
    bounds: { first: number; head: number },
    fetch: FetchMessages,
    me: number,
  ) {
    super();
    this.conversation = conversation;
    this.#me = me;
    this.#first = Math.max(1, bounds.first);
    this.#head = bounds.head;
    this.#fetch = fetch;
  }

  /** Grows with every change. */
  get version(): number {
    return this.#version;
  }

  get first(): number {
    return this.#first;
  }

  get head(): number {
    return this.#head;
  }

  /** Whether something that is wanted could not be had and is not here by other ways since; `want` asks again. */
  get failed(): boolean {
    const wanted = this.#wanted;
    if (!wanted) return false;
    return [...this.#failed].some((page) => {
      const from = Math.max(this.#first, wanted.from, page * pageSize + 1);
      return this.#known.missing(from, Math.min(wanted.to, (page + 1) * pageSize, this.#head)).length > 0;
    });
  }

  get(seq: number): Message | undefined {
    return this.#messages.get(seq);
  }

  /** The number of messages that have a place. */
  get length(): number {
    if (this.#head < this.#first) return 0;
    return this.#head - this.#first + 1 - this.#hidden.count(this.#first, this.#head);
  }

  seqAt(index: number): number {
    return this.#hidden.missingAt(this.#first, index);
  }

  /** The place of a seq, or where it would be. */
  indexOf(seq: number): number {
    const bounded = Math.min(Math.max(seq, this.#first), Math.max(this.#head, this.#first));
    return bounded - this.#first - this.#hidden.count(this.#first, bounded - 1);
  }

  /** What the conversation list says of the ends. */
  bound(first: number, head: number): void {
    const nextFirst = Math.max(1, first);
    if (nextFirst === this.#first && head <= this.#head) return;
    this.#first = nextFirst;
    this.#head = Math.max(this.#head, head);
    this.#change();
  }

  add(message: Message): void {
    if (message.thread !== undefined) this.#replied(message, message.thread);
    if (this.#known.has(message.seq)) {
      // What a device has kept may be older than what is told.
      const here = this.#messages.get(message.seq);
      if (here && (message.changed ?? 0) > (here.changed ?? 0)) {
        this.#put(message);
        this.#change();
      }
      return;
    }
    if (hasPlace(message)) this.#put(message);
    else this.#hidden.add(message.seq, message.seq);
    this.#known.add(message.seq, message.seq);
    this.#head = Math.max(this.#head, message.seq);
    this.#change();
  }

  /** How far the user has read the thread below a message. */
  threadRead(root: number, read: number): void {
    const message = this.#messages.get(root);
    if (!message?.replies || read <= (message.replies.read ?? -1)) return;
    this.#messages.set(root, { ...message, replies: { ...message.replies, read } });
    this.#change();
  }

  /** One more stands below a message; it shows when the message is here, or comes. */
  #replied(reply: Message, root: number): void {
    const message = this.#messages.get(root);
    if (!message) {
      keep(this.#replies, root, reply);
      return;
    }
    const next = applyReply(message, reply, this.#me);
    if (next === message) return;
    this.#messages.set(root, next);
    this.#change();
  }

  /** What became of a message; it shows when the message is here, or comes. */
  changeMessage(change: MessageChange): void {
    this.#hidden.add(change.seq, change.seq);
    this.#known.add(change.seq, change.seq);
    this.#head = Math.max(this.#head, change.seq);
    const message = this.#messages.get(change.target);
    if (message) this.#messages.set(change.target, applyChange(message, change, this.#me));
    else keep(this.#changes, change.target, change);
    this.#change();
  }

  /** The user has deleted a message for themselves: it has no place any more. */
  hide(seq: number): void {
    this.#messages.delete(seq);
    this.#hidden.add(seq, seq);
    this.#known.add(seq, seq);
    this.#change();
  }

  /** Something that was told of these messages was missed: what is here is asked for again. */
  forget(): void {
    this.#messages.clear();
    this.#known.clear();
    this.#hidden.clear();
    this.#change();
    this.wantAgain();
  }

  #put(message: Message): void {
    const changes = this.#changes.get(message.seq) ?? [];
    this.#changes.delete(message.seq);
    const replies = this.#replies.get(message.seq) ?? [];
    this.#replies.delete(message.seq);
    const changed = changes.reduce((told, change) => applyChange(told, change, this.#me), message);
    this.#messages.set(
      message.seq,
      replies.reduce((told, reply) => applyReply(told, reply, this.#me), changed),
    );
  }

  /** The newest `count` that are here, ascending, whatever is missing between them: what a cache keeps. */
  newestMessages(count: number): Message[] {
    const newest: Message[] = [];
    for (const { from, to } of this.#known.ranges.toReversed()) {
      for (let seq = to; seq >= Math.max(from, this.#first) && newest.length < count; seq--) {
        const message = this.#messages.get(seq);
        if (message) newest.push(message);
      }
    }
    return newest.reverse();
  }

  /** Sees to it that what lies between is loaded, and some of each side; what is under way is not asked for again. */
  want(fromSeq: number, toSeq: number): void {
    this.#wanted = { from: fromSeq, to: toSeq };
    const from = Math.max(this.#first, fromSeq - pageSize);
    const to = Math.min(this.#head, toSeq + pageSize);
    for (const gap of this.#known.missing(from, to)) {
      const lastPage = Math.floor((gap.to - 1) / pageSize);
      for (let page = Math.floor((gap.from - 1) / pageSize); page <= lastPage; page++) void this.#load(page);
    }
  }

  /** Sees to it that one message is loaded, such as one that is replied to. */
  wantOne(seq: number): void {
    if (seq >= this.#first && seq <= this.#head && !this.#known.has(seq)) {
      void this.#load(Math.floor((seq - 1) / pageSize));
    }
  }

  /** Asks again for what was wanted last: the connection is back. */
  wantAgain(): void {
    if (this.#wanted) this.want(this.#wanted.from, this.#wanted.to);
  }

  async #load(page: number): Promise<void> {
    if (this.#asking.has(page)) return;
    this.#asking.add(page);
    try {
      let gap = this.#firstGap(page);
      while (gap) {
        await this.#fill(gap);
        gap = this.#firstGap(page);
        // What comes last is told below: whoever shows a page that came whole does so once.
        if (gap) this.#change();
      }
      this.#failed.delete(page);
    } catch {
      // Said by the rows that stay empty; asked for again by the next `want`.
      this.#failed.add(page);
    } finally {
      this.#asking.delete(page);
      this.#change();
    }
  }

  #firstGap(page: number): SeqRange | undefined {
    const from = Math.max(this.#first, page * pageSize + 1);
    return this.#known.missing(from, Math.min((page + 1) * pageSize, this.#head))[0];
  }

  async #fill(gap: SeqRange): Promise<void> {
    const answer = await this.#fetch(gap.from - 1, gap.to - gap.from + 1);
    const within = answer.messages.filter(
      (message) => message.seq >= gap.from && message.seq <= gap.to && hasPlace(message),
    );
    for (const message of within) this.#put(message);
    // An answer that is full ends early: beyond its last message nothing is known.
    const last = answer.messages.at(-1)?.seq ?? 0;
    const to = answer.more && last > 0 ? Math.min(last, gap.to) : gap.to;
    this.#known.add(gap.from, to);
    let next = gap.from;
    for (const { seq } of within) {
      this.#hidden.add(next, seq - 1);
      next = seq + 1;
    }
    this.#hidden.add(next, to);
  }

  #change(): void {
    this.#version++;
    this.changed();
  }
}

/** Keeps what was told of a message that is not here, the newest of it. */
function keep<T>(waiting: Map<number, T[]>, target: number, told: T): void {
  waiting.set(target, [...(waiting.get(target) ?? []), told].slice(-maxWaiting));
  if (waiting.size > maxWaiting) waiting.delete(waiting.keys().next().value!);
}
