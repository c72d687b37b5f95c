import {
  type Answers,
  BerthError,
  type ConversationSummary,
  errorTable,
  limits,
  type Message,
  type Pushes,
  type RequestInput,
} from '@berth/wire';
import { gapDelayMs } from './backoff.ts';
import type { Clock } from './clock.ts';
import type { NodeConnection } from './connection.ts';
import type { KindEvents } from './kind-events.ts';
import type { Marks } from './marks.ts';
import { changeOf } from './message-change.ts';
import { Timeline } from './timeline.ts';
import type { ClientEvents, ClientOptions, ClientRequestName, Receipts } from './types.ts';

export interface InboxPorts {
  clock: Clock;
  random: () => number;
  marks: Marks;
  /** Asks on the connection that there is; rejects with BerthError. */
  ask<N extends ClientRequestName>(name: N, body: RequestInput<N>): Promise<Answers[N]>;
  online(): boolean;
  /** The others' marks have risen. */
  receipts(conversation: number, receipts: Receipts): void;
  emit<E extends 'message' | 'entry' | 'change' | 'skipped' | 'conversations' | 'fault' | keyof KindEvents>(
    event: E,
    value: ClientEvents[E],
  ): void;
  user: number;
}

interface Conversation {
  /** Undefined until it is known from where on this device wants it. */
  timeline: Timeline | undefined;
  /** Pushed before that was known. */
  early: Message[];
  /** Undefined until this process has heard of it. */
  kind: ConversationSummary['kind'] | undefined;
  receipts: Receipts;
  repair: 'none' | 'waiting' | 'asking';
  /** Sync failures in a row. */
  failures: number;
  refreshing: 'no' | 'once' | 'again';
}

const maxEarly = 200;
const maxSyncsAtOnce = 4;
const resumeTimeoutMs = 30_000;
const repairRetryMs = 1_000;
const maxRepairRetryMs = 30_000;

/** What comes in: brings each conversation into order, asks for what is missing, hands each message on once. */
export class Inbox {
  readonly #ports: InboxPorts;
  readonly #options: Pick<ClientOptions, 'startAt' | 'catchUpLimit'>;
  readonly #conversations = new Map<number, Conversation>();
  readonly #toSync = new Set<number>();
  #syncs = 0;
  /** Until the node has told what was missed, an unknown conversation is not asked about. */
  #resumed = false;
  /** Counts connections, so that what was asked on a former one changes nothing. */
  #round = 0;

  constructor(ports: InboxPorts, options: Pick<ClientOptions, 'startAt' | 'catchUpLimit'>) {
    this.#ports = ports;
    this.#options = options;
    for (const [conversation, mark] of ports.marks.all())
      this.#entry(conversation).timeline = new Timeline(mark);
  }

  mark(conversation: number): number {
    return this.#conversations.get(conversation)?.timeline?.mark ?? 0;
  }

  receipts(conversation: number): Receipts {
    return { ...(this.#conversations.get(conversation)?.receipts ?? { received: 0, read: 0 }) };
  }

  /** Tells the marks and takes in what was missed; the frames are sent before this returns. */
  async resume(connection: NodeConnection): Promise<void> {
    const round = ++this.#round;
    this.#resumed = false;
    const parts = await this.#askResume(connection);
    let more = false;
    for (const { conversations, more: hasMore } of parts) {
      this.learn(conversations);
      more = hasMore;
    }
    for (let cursor: string | undefined; more && round === this.#round; ) {
      const page = await connection.request(
        'conversations',
        { limit: limits.maxPage, ...(cursor !== undefined && { cursor }) },
        resumeTimeoutMs,
      );
      this.learn(page.conversations);
      cursor = page.cursor;
      more = cursor !== undefined;
    }
    if (round !== this.#round) return;
    this.#ports.marks.settle();
    this.#resumed = true;
    for (const [id, entry] of this.#conversations) {
      if (!entry.timeline) this.refresh(id);
      else if (entry.timeline.hasGap) this.#repairSoon(id, 0);
    }
  }

  lost(): void {
    this.#round++;
    this.#resumed = false;
    this.#toSync.clear();
  }

  /** A message that was pushed, or one's own that was acknowledged. */
  deliver(message: Message, live: boolean): void {
    const entry = this.#entry(message.conversation);
    // Nothing was told of it, and nothing comes before the first.
    if (this.#resumed && message.seq === 1) entry.timeline ??= new Timeline(0);
    if (!entry.timeline) {
      if (entry.early.length < maxEarly) entry.early.push(message);
      if (this.#resumed) this.refresh(message.conversation);
      return;
    }
    this.#handOn(message.conversation, entry.timeline.take(message), live);
    if (entry.timeline.hasGap) this.#repairSoon(message.conversation, gapDelayMs(this.#ports.random));
  }

  /** Hears of conversations: a head may tell of messages that never came. */
  learn(conversations: ConversationSummary[]): void {
    if (conversations.length === 0) return;
    // Whoever hears of a conversation may ask for its receipts at once.
    for (const { conversation: id, peerRead = 0, peerReceived = 0 } of conversations)
      this.#raise(id, this.#entry(id), { read: peerRead, received: peerReceived });
    this.#ports.emit('conversations', { conversations });
    for (const summary of conversations) {
      const id = summary.conversation;
      const entry = this.#entry(id);
      if (!entry.timeline) this.#begin(summary, entry);
      const timeline = entry.timeline!;
      if (!entry.kind && summary.kind === 'direct' && timeline.mark > 0)
        this.#ports.marks.received(id, timeline.mark);
      entry.kind = summary.kind;
      timeline.heard(summary.head);
      this.#passOver(id, timeline);
      // What was missed while away does not come by itself; what is new may be on its way.
      if (timeline.hasGap) this.#repairSoon(id, this.#resumed ? gapDelayMs(this.#ports.random) : 0);
    }
  }

  marked({ user, conversation, read = 0, received = 0 }: Pushes['marked']): void {
    if (user === this.#ports.user) return;
    this.#raise(conversation, this.#entry(conversation), { read, received });
  }

  /** Asks the node about a conversation that is new or has changed. */
  refresh(id: number): void {
    const entry = this.#entry(id);
    if (entry.refreshing !== 'no') {
      entry.refreshing = 'again';
      return;
    }
    entry.refreshing = 'once';
    this.#ports
      .ask('conversation', { conversation: id })
      .then(({ conversation }) => this.learn([conversation]))
      .catch((error: unknown) => {
        if (entry.timeline) return;
        if (isRetryable(error))
          this.#ports.clock.setTimeout(() => this.#refreshUnknown(id), this.#retryMs(entry));
        // Not this user's, or no more.
        else entry.early = [];
      })
      .finally(() => {
        const again = entry.refreshing === 'again';
        entry.refreshing = 'no';
        if (again && this.#ports.online()) this.refresh(id);
      });
  }

  #refreshUnknown(id: number): void {
    if (this.#resumed && !this.#entry(id).timeline) this.refresh(id);
  }

  #askResume(connection: NodeConnection): Promise<Answers['resume'][]> {
    const marks = this.#ports.marks.all();
    while (marks.length > limits.maxMarks) {
      connection.tellPart('resume', { marks: marks.splice(0, limits.maxMarks), more: true });
    }
    return connection.requestParts('resume', { marks }, resumeTimeoutMs);
  }

  /** Settles from where on this device wants a conversation that it has no mark of. */
  #begin(summary: ConversationSummary, entry: Conversation): void {
    const beginning = Math.max(0, summary.from - 1);
    const fresh = !this.#ports.marks.settled && this.#options.startAt !== 'beginning';
    const firstEarly = Math.min(...entry.early.map((message) => message.seq));
    const timeline = new Timeline(
      fresh ? Math.min(Math.max(beginning, summary.head), firstEarly - 1) : beginning,
    );
    entry.timeline = timeline;
    this.#ports.marks.set(summary.conversation, timeline.mark);
    for (const message of entry.early.splice(0)) {
      this.#handOn(summary.conversation, timeline.take(message), true);
    }
  }

  #passOver(id: number, timeline: Timeline): void {
    const excess = timeline.gapLength - (this.#options.catchUpLimit ?? Number.POSITIVE_INFINITY);
    const range = excess > 0 ? timeline.skip(timeline.mark + excess) : undefined;
    if (!range) return;
    this.#ports.emit('skipped', { conversation: id, ...range });
    this.#handOn(id, timeline.handOn(), false);
    this.#ports.marks.set(id, timeline.mark);
  }

  #handOn(id: number, messages: Message[], live: boolean): void {
    if (messages.length === 0) return;
    for (const message of messages) {
      const change = changeOf(message);
      if (change) {
        this.#ports.emit('change', { change, live });
        this.#ports.emit(`change:${change.kind}`, { change, live } as never);
      } else if (message.kind === undefined) this.#ports.emit('message', { message, live });
      else {
        this.#ports.emit('entry', { entry: message, live });
        this.#ports.emit(`entry:${message.kind}` as keyof KindEvents, { entry: message, live } as never);
      }
    }
    const last = messages.at(-1)!.seq;
    this.#ports.marks.set(id, last);
    const { kind } = this.#entry(id);
    // In a group nobody looks at them, and there would be as many as members for each message.
    if (kind === 'direct') {
      this.#ports.marks.received(id, last);
      // Who writes has read what was there; who changes a message, or writes in a thread, need not have.
      const written = messages.findLast(
        (message) =>
          message.sender !== this.#ports.user &&
          changeOf(message) === undefined &&
          message.thread === undefined,
      );
      const seq = written?.seq ?? 0;
      if (seq > 0) this.#raise(id, this.#entry(id), { read: seq, received: seq });
    } else if (!kind && this.#resumed) this.refresh(id);
  }

  #repairSoon(id: number, delayMs: number): void {
    const entry = this.#entry(id);
    if (entry.repair !== 'none') return;
    entry.repair = 'waiting';
    this.#ports.clock.setTimeout(() => {
      entry.repair = 'none';
      if (!entry.timeline?.hasGap || !this.#ports.online()) return;
      this.#toSync.add(id);
      this.#syncNext();
    }, delayMs);
  }

  #syncNext(): void {
    for (const id of this.#toSync) {
      if (this.#syncs >= maxSyncsAtOnce) return;
      this.#toSync.delete(id);
      const entry = this.#entry(id);
      if (entry.repair === 'asking') continue;
      entry.repair = 'asking';
      this.#syncs++;
      void this.#sync(id, entry).finally(() => {
        this.#syncs--;
        this.#syncNext();
      });
    }
  }

  /** Reads what is missing of one conversation, page by page. */
  async #sync(id: number, entry: Conversation): Promise<void> {
    const timeline = entry.timeline!;
    const round = this.#round;
    let delayMs: number | undefined;
    while (timeline.hasGap && round === this.#round && delayMs === undefined) {
      const after = timeline.mark;
      try {
        const { messages, head, more } = await this.#ports.ask('sync', {
          conversation: id,
          after,
          limit: limits.maxSyncMessages,
        });
        const upTo = more ? (messages.at(-1)?.seq ?? after) : head;
        const ready = timeline.cover(after, upTo, messages);
        this.#handOn(id, ready, false);
        this.#ports.marks.set(id, timeline.mark);
        entry.failures = 0;
        // A head that was heard of and is not there: read again in a while.
        if (timeline.mark === after) delayMs = this.#retryMs(entry);
      } catch (error) {
        if (!isRetryable(error)) timeline.abandonGap();
        else delayMs = (error instanceof BerthError ? (error.retryAfterMs ?? 0) : 0) + this.#retryMs(entry);
      }
    }
    entry.repair = 'none';
    if (timeline.hasGap && this.#ports.online()) this.#repairSoon(id, delayMs ?? 0);
  }

  #retryMs(entry: Conversation): number {
    const cap = Math.min(maxRepairRetryMs, repairRetryMs * 2 ** Math.min(entry.failures++, 10));
    return Math.round(cap * (0.5 + 0.5 * this.#ports.random()));
  }

  #raise(id: number, { receipts }: Conversation, { read, received }: Receipts): void {
    receipts.read = Math.max(receipts.read, read);
    receipts.received = Math.max(receipts.received, received, read);
    this.#ports.receipts(id, receipts);
  }

  #entry(id: number): Conversation {
    let entry = this.#conversations.get(id);
    if (!entry) {
      entry = {
        timeline: undefined,
        early: [],
        kind: undefined,
        receipts: { received: 0, read: 0 },
        repair: 'none',
        failures: 0,
        refreshing: 'no',
      };
      this.#conversations.set(id, entry);
    }
    return entry;
  }
}

const isRetryable = (error: unknown): boolean =>
  !(error instanceof BerthError) || errorTable[error.code].retry;
