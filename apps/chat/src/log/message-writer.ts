import { jittered } from '@berth/lifecycle';
import { type Log, noTracing, type Tracing } from '@berth/telemetry';
import { BerthError } from '@berth/wire';
import { BatchCommitter, type FinalOutcome } from './batch-committer.ts';
import { CommittedRuns } from './committed-runs.ts';
import { encodeStored, stampDeliver } from './deliver-frame.ts';
import { LaneOrder } from './lane-order.ts';
import { LockedConversations } from './locked-conversations.ts';
import type { MessageStore, OutgoingMessage, Receipt } from './message-store.ts';
import { bytesOf, PendingMessage, type SendWaiter } from './pending-message.ts';
import type { CommittedRun } from './publisher.ts';
import { Turns } from './turns.ts';
import type { WriteFailure } from './write-failure.ts';
import { WriterLane } from './writer-lane.ts';

export interface MessageWriterOptions {
  store: MessageStore;
  publisher: { deliver(run: CommittedRun): void };
  log: Log;
  /** Default: nothing is traced. */
  tracing?: Tracing;
  /** Batches at a time that are appended without locks; the store needs a connection for each. */
  writers: number;
  /** Milliseconds until a caller is answered in any case. Default 10 000. */
  deadlineMs?: number;
  /** Messages waiting at most. Default 20 000. */
  maxMessages?: number;
  /** Bytes of messages waiting at most. Default 64 MiB. */
  maxBytes?: number;
  /** Called once for each transaction tried. */
  observe?(event: { messages: number; seconds: number; failure: WriteFailure | undefined }): void;
}

/**
 * Stores messages: each caller gets the receipt once the message is committed, and what was committed goes to the
 * publisher, in the order of its seqs. Errors: what the sender may not do (`not_member`, `muted`, …), `unavailable` (not
 * stored), `deadline` (not known: send again with the same cid), `internal`.
 */
export class MessageWriter {
  readonly #runs: CommittedRuns;
  readonly #committer: BatchCommitter;
  readonly #lanes: WriterLane[];
  /** Of the conversations that another node writes to at the same time. */
  readonly #turnLane: WriterLane;
  readonly #locked: LockedConversations;
  readonly #deadlineMs: number;
  readonly #maxMessages: number;
  readonly #maxBytes: number;
  /** In the order of admission, hence of their deadlines. */
  readonly #waiting = new Set<PendingMessage>();
  #bytes = 0;
  #sweeper: NodeJS.Timeout | undefined;
  #closing = false;
  #awaySince: number | undefined;

  constructor(options: MessageWriterOptions) {
    this.#runs = new CommittedRuns((run) => options.publisher.deliver(run));
    this.#deadlineMs = options.deadlineMs ?? 10_000;
    this.#maxMessages = options.maxMessages ?? 20_000;
    this.#maxBytes = options.maxBytes ?? 64 * 1024 * 1024;
    const turns = new Turns();
    this.#committer = new BatchCommitter({
      store: options.store,
      log: options.log,
      tracing: options.tracing ?? noTracing,
      settle: (pending, outcome, twin) => this.#settle(pending, outcome, twin),
      applied: () => this.#runs.end(),
      met: (conversation) => turns.met(conversation),
      observe: (event) => {
        this.#noteAway(event.failure);
        options.observe?.(event);
      },
    });
    this.#locked = new LockedConversations(this.#committer);
    const { committer, locked } = { committer: this.#committer, locked: this.#locked };
    this.#turnLane = new WriterLane({ committer, locked, onEnded: (pending) => turns.ended(pending) });
    const turnLane = {
      has: (conversation: number) => turns.has(conversation),
      push: (pending: PendingMessage) => {
        turns.began(pending);
        this.#turnLane.push(pending);
      },
    };
    const order = new LaneOrder();
    this.#lanes = Array.from(
      { length: options.writers },
      () => new WriterLane({ committer, locked, turns: turnLane, order }),
    );
  }

  /** Messages that wait for their commit. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Why messages cannot be stored now; undefined when they can. For readiness. */
  get trouble(): string | undefined {
    if (this.#awaySince === undefined || performance.now() - this.#awaySince < 1_000) return undefined;
    return 'the message store does not answer';
  }

  write(message: OutgoingMessage): Promise<Receipt> {
    return new Promise((resolve, reject) => this.submit(message, { stored: resolve, refused: reject }));
  }

  submit(message: OutgoingMessage, waiter: SendWaiter): void {
    const refusal = this.#closing ? 'this node is closing' : this.#overload(message);
    if (refusal !== undefined) {
      waiter.refused(new BerthError('unavailable', refusal, { retryAfterMs: jittered(1_000) }));
      return;
    }
    const pending = new PendingMessage(message, performance.now() + this.#deadlineMs, waiter);
    this.#waiting.add(pending);
    this.#bytes += pending.bytes;
    this.#sweeper ??= setInterval(() => this.#sweep(), Math.min(250, this.#deadlineMs));
    this.#laneOf(message.conversation).push(pending);
  }

  /** Refuses new messages and resolves when those that wait are committed or were answered otherwise. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#committer.close();
    for (const lane of this.#lanes) await lane.drained();
    await this.#turnLane.drained();
    await this.#locked.drained();
    clearInterval(this.#sweeper);
  }

  #overload(message: OutgoingMessage): string | undefined {
    const isFull = this.#waiting.size >= this.#maxMessages || this.#bytes + bytesOf(message) > this.#maxBytes;
    return isFull ? 'too many messages are waiting' : undefined;
  }

  #laneOf(conversation: number): WriterLane {
    // Neighbouring ids are spread by the multiplier of Fibonacci hashing.
    return this.#lanes[(Math.imul(conversation, 0x9e3779b1) >>> 8) % this.#lanes.length]!;
  }

  #settle(pending: PendingMessage, outcome: FinalOutcome, twin: boolean): void {
    this.#forget(pending);
    if (outcome.kind === 'absent') return;
    if (outcome.kind === 'refused') {
      pending.reject(outcome.error);
      return;
    }
    const { conversation, sender, cid, frame, trace } = pending.message;
    const { seq, uncounted, sentAt } = outcome.kind === 'known' ? outcome.message : outcome;
    // Whoever was answered otherwise meanwhile hears of it as all others do.
    const origin = pending.settled ? undefined : pending.message.origin;
    const whole = outcome.kind === 'known' ? outcome.message : pending.message;
    const isPlain = whole.attachments === undefined && whole.carried === undefined;
    pending.resolve({ conversation, seq, sentAt, ...(!isPlain && receiptOf(whole)) });
    if (twin) return;
    const { standing } = outcome;
    if (outcome.kind === 'stored') {
      stampDeliver(frame, seq, sentAt);
      this.#runs.add(conversation, standing, outcome.serverRun, {
        seq,
        uncounted,
        sentAt,
        sender,
        origin,
        trace,
        frame,
      });
      return;
    }
    // A message that was stored before may never have been pushed: its node may have died after the commit. It was judged by
    // other members, so it tells nothing of the end of the log.
    const { carried, ...known } = outcome.message;
    const stored = encodeStored({ conversation, sender, cid, ...known, ...carried });
    this.#runs.add(conversation, standing, 0, {
      seq,
      uncounted,
      sentAt,
      sender,
      origin,
      trace,
      frame: stored,
    });
  }

  #forget(pending: PendingMessage): void {
    if (!this.#waiting.delete(pending)) return;
    this.#bytes -= pending.bytes;
  }

  /** Answers those whose deadline has passed. Where nobody waits it is the last for now: a timer for each message would cost more. */
  #sweep(): void {
    if (this.#waiting.size === 0) {
      clearInterval(this.#sweeper);
      this.#sweeper = undefined;
      return;
    }
    const now = performance.now();
    let answered = false;
    for (const pending of this.#waiting) {
      if (pending.deadlineAt > now) break;
      answered = true;
      this.#forget(pending);
      pending.reject(
        pending.maybeStored
          ? new BerthError('deadline', undefined, { retryAfterMs: jittered(1_000) })
          : new BerthError('unavailable', 'messages cannot be stored now', { retryAfterMs: jittered(1_000) }),
      );
    }
    if (answered) for (const lane of [...this.#lanes, this.#turnLane]) lane.prune();
  }

  #noteAway(failure: WriteFailure | undefined): void {
    if (failure === 'away' || failure === 'unknown') this.#awaySince ??= performance.now();
    else this.#awaySince = undefined;
  }
}

/** What the sender is told of a message that is more than words. */
const receiptOf = ({
  text,
  attachments,
  carried,
}: Pick<OutgoingMessage, 'text' | 'attachments' | 'carried'>) => ({
  ...(attachments !== undefined && attachments.length > 0 && { attachments: [...attachments] }),
  ...(carried && { text, ...carried }),
});
