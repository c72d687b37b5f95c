import type { Attachment, BerthError, Forwarded, Mention, Poll } from '@berth/wire';
import type { OutgoingMessage, OutgoingState, Receipts } from './types.ts';

/** An outgoing message as it is kept. */
export interface SavedOutgoing {
  cid: string;
  conversation: number;
  text: string;
  replyTo?: number | undefined;
  /** The root of the thread that it is of. */
  thread?: number | undefined;
  attachments?: readonly Attachment[] | undefined;
  mentions?: readonly Mention[] | undefined;
  /** The message that it passes on, and who said that, as far as is known here. */
  forward?: { conversation: number; seq: number } | undefined;
  forwarded?: Forwarded | undefined;
  poll?: Poll | undefined;
  createdAt: number;
  /** Of several with one `createdAt` the lower was sent first. */
  order?: number | undefined;
  /** The tab that sends it, as long as it is there. */
  tab?: string | undefined;
  failed?: ReturnType<BerthError['toWire']> | undefined;
}

/** What is to be sent. */
export type OutgoingDraft = Pick<
  SavedOutgoing,
  | 'conversation'
  | 'text'
  | 'replyTo'
  | 'thread'
  | 'attachments'
  | 'mentions'
  | 'forward'
  | 'forwarded'
  | 'poll'
>;

interface Waiter {
  resolve(sent: { seq: number; sentAt: number }): void;
  reject(error: BerthError): void;
}

/** What its outbox does for it. */
interface OutgoingPorts {
  retry(message: Outgoing): void;
  discard(message: Outgoing): boolean;
}

export class Outgoing implements OutgoingMessage {
  readonly cid: string;
  readonly conversation: number;
  text: string;
  readonly replyTo: number | undefined;
  readonly thread: number | undefined;
  attachments: readonly Attachment[] | undefined;
  readonly mentions: readonly Mention[] | undefined;
  readonly forward: SavedOutgoing['forward'];
  forwarded: Forwarded | undefined;
  poll: Poll | undefined;
  readonly createdAt: number;
  state: OutgoingState = 'waiting';
  seq: number | undefined;
  sentAt: number | undefined;
  error: BerthError | undefined;
  /** A node may have stored it already. */
  maybeStored: boolean;
  readonly #ports: OutgoingPorts;
  #waiters: Waiter[] = [];

  constructor(saved: SavedOutgoing, maybeStored: boolean, ports: OutgoingPorts) {
    this.cid = saved.cid;
    this.conversation = saved.conversation;
    this.text = saved.text;
    this.replyTo = saved.replyTo;
    this.thread = saved.thread;
    this.attachments = saved.attachments;
    this.mentions = saved.mentions;
    this.forward = saved.forward;
    this.forwarded = saved.forwarded;
    this.poll = saved.poll;
    this.createdAt = saved.createdAt;
    this.maybeStored = maybeStored;
    this.#ports = ports;
  }

  whenSent(): Promise<{ seq: number; sentAt: number }> {
    if (this.seq !== undefined) return Promise.resolve({ seq: this.seq, sentAt: this.sentAt! });
    if (this.error) return Promise.reject(this.error);
    return new Promise((resolve, reject) => this.#waiters.push({ resolve, reject }));
  }

  retry(): void {
    this.#ports.retry(this);
  }

  discard(): boolean {
    return this.#ports.discard(this);
  }

  toSaved(): SavedOutgoing {
    const { cid, conversation, text, replyTo, thread, attachments, mentions, createdAt } = this;
    const { forward, forwarded, poll } = this;
    const said = { cid, conversation, text, replyTo, thread, attachments, mentions, createdAt };
    const passed = { ...(forward && { forward, forwarded }), ...(poll && { poll }) };
    return { ...said, ...passed, failed: this.error?.toWire() };
  }

  /** False when that was known. */
  markSent(seq: number, sentAt: number): boolean {
    if (this.seq !== undefined) return false;
    this.seq = seq;
    this.sentAt = sentAt;
    this.state = 'sent';
    this.error = undefined;
    for (const { resolve } of this.#waiters.splice(0)) resolve({ seq, sentAt });
    return true;
  }

  markFailed(error: BerthError): void {
    this.state = 'failed';
    this.error = error;
    for (const { reject } of this.#waiters.splice(0)) reject(error);
  }

  /** False when the receipts tell nothing new of it. */
  markReceipts({ received, read }: Receipts): boolean {
    if (this.seq === undefined) return false;
    const state = this.seq <= read ? 'read' : this.seq <= received ? 'delivered' : this.state;
    if (state === this.state || this.state === 'read') return false;
    this.state = state;
    return true;
  }
}
