import {
  type Answers,
  BerthError,
  encodeFrame,
  errorTable,
  frameIds,
  type Message,
  type Poll,
} from '@berth/wire';
import type { Clock } from './clock.ts';
import { ConnectionLostError, type NodeConnection } from './connection.ts';
import { Outgoing, type OutgoingDraft, type SavedOutgoing } from './outgoing.ts';
import type { Saver } from './saver.ts';
import type { Receipts } from './types.ts';

export interface OutboxPorts {
  clock: Clock;
  /** Milliseconds since 1970. */
  now: () => number;
  random: () => number;
  createCid: () => string;
  saver: Saver;
  /** Prefix of this user's keys in the storage. */
  key: string;
  connection(): NodeConnection | undefined;
  changed(message: Outgoing): void;
  /** The node has stored it: a message like any other now. */
  stored(message: Message): void;
  receipts(conversation: number): Receipts;
  user: number;
  /** Names this tab, when there may be others with the same storage. */
  tab: string | undefined;
}

/** Sends under way in one conversation: enough to fill a round trip, few enough that a refusal disorders little. */
const maxInFlight = 8;
/** And in all of them together. */
const maxInFlightOverall = 64;
const sendTimeoutMs = 15_000;
/** Of one conversation, those that are stored and not yet read by anyone. */
const maxUnread = 100;
const firstRetryCapMs = 500;
const maxRetryCapMs = 30_000;

/** The sends of one conversation, in the order in which they were made. */
interface Lane {
  waiting: Outgoing[];
  inFlight: number;
  /** On which they are under way. */
  connection: NodeConnection | undefined;
  /** Refusals in a row that allow another try. */
  refusals: number;
  /** Nothing is sent before: by the clock. */
  pausedUntil: number;
}

/**
 * Messages on their way out. Each keeps its `cid` through every resend, so that none is stored twice; it leaves the
 * storage when a node has acknowledged it.
 */
export class Outbox {
  readonly #ports: OutboxPorts;
  readonly #maxMessages: number;
  /** Waiting and failed, oldest first. */
  readonly #unsent = new Map<string, Outgoing>();
  readonly #unread = new Map<number, Outgoing[]>();
  readonly #lanes = new Map<number, Lane>();
  #inFlight = 0;
  /** Of the newest message: a date that is set back brings none before those that were sent earlier. */
  #createdAt = 0;

  constructor(ports: OutboxPorts, maxMessages: number) {
    this.#ports = ports;
    this.#maxMessages = maxMessages;
  }

  /** Takes up what was left: whether a node has it is not known. */
  async load(): Promise<void> {
    // Another tab may still be sending some of it: who is there is asked first.
    if (this.#ports.tab !== undefined) return;
    const cids = ((await this.#ports.saver.read(this.#ports.key)) ?? []) as string[];
    await this.#takeUp(cids, new Set());
  }

  /** Takes up what tabs left that are not among those present. */
  async takeUp(present: ReadonlySet<string>): Promise<void> {
    const { saver, key } = this.#ports;
    const keys = (await saver.keys(`${key}/`)) ?? [];
    const listed = ((await saver.read(key)) ?? []) as string[];
    const cids = new Set([...listed, ...keys.map((name) => name.slice(key.length + 1))]);
    const left = [...cids].filter((cid) => !this.#unsent.has(cid));
    if (left.length > 0) await this.#takeUp(left, present);
    if (listed.length > 0) saver.delete(key);
  }

  async #takeUp(cids: readonly string[], present: ReadonlySet<string>): Promise<void> {
    const left: SavedOutgoing[] = [];
    for (const cid of cids) {
      const saved = (await this.#ports.saver.read(`${this.#ports.key}/${cid}`)) as SavedOutgoing | undefined;
      const isOthers = saved?.tab !== undefined && saved.tab !== this.#ports.tab && present.has(saved.tab);
      if (saved && !isOthers && !this.#unsent.has(cid)) left.push(saved);
    }
    if (this.#ports.tab !== undefined)
      left.sort((one, other) => one.createdAt - other.createdAt || (one.order ?? 0) - (other.order ?? 0));
    for (const saved of left) {
      const message = this.#create(saved, true);
      this.#createdAt = Math.max(this.#createdAt, saved.createdAt);
      this.#unsent.set(saved.cid, message);
      if (saved.failed) message.markFailed(new BerthError(saved.failed.code, saved.failed.message));
      else this.#lane(saved.conversation).waiting.push(message);
      if (this.#ports.tab === undefined) continue;
      this.#saveMessage(message);
      this.#ports.changed(message);
    }
    if (this.#ports.tab !== undefined) this.#flushLanes();
  }

  /** `maxBytes`: of the deliver frame that the node will make of it. */
  send(draft: OutgoingDraft, maxBytes: number): Outgoing {
    const { conversation, text, replyTo, thread, attachments, mentions, forward, forwarded, poll } = draft;
    if (text === '' && !attachments?.length) throw new BerthError('bad_request', 'The message is empty.');
    if (this.#unsent.size >= this.#maxMessages)
      throw new BerthError('limit_reached', 'Too many messages wait to be sent.');
    this.#createdAt = Math.max(this.#createdAt, this.#ports.now());
    const cid = this.#ports.createCid();
    const files = attachments?.length ? { attachments } : undefined;
    const meant = mentions?.length ? { mentions } : undefined;
    const passed = { ...(forward && { forward, forwarded }), ...(poll && { poll }), ...meant };
    const saved = {
      cid,
      conversation,
      text,
      replyTo,
      thread,
      ...files,
      ...passed,
      createdAt: this.#createdAt,
    };
    if (deliverBytes(saved) > maxBytes) throw new BerthError('too_large', 'The message is too long.');
    const message = this.#create(saved, false);
    this.#unsent.set(message.cid, message);
    this.#saveMessage(message);
    this.#saveList();
    this.#lane(conversation).waiting.push(message);
    this.#ports.changed(message);
    this.#flushLane(this.#lane(conversation));
    return message;
  }

  list(conversation?: number): Outgoing[] {
    const all = [...[...this.#unread.values()].flat(), ...this.#unsent.values()];
    return all
      .filter((message) => conversation === undefined || message.conversation === conversation)
      .sort((a, b) => a.createdAt - b.createdAt);
  }

  /** There is a connection: what waits is sent, what was under way on the former one again. */
  flush(): void {
    for (const lane of this.#lanes.values()) {
      lane.pausedUntil = 0;
      lane.refusals = 0;
    }
    this.#flushLanes();
  }

  /** One's own message came from the node: it is stored, whether or not the answer was heard. */
  heard(message: Message): void {
    const own = this.#unsent.get(message.cid);
    if (own?.conversation === message.conversation) this.#settle(own, message.seq, message.sentAt);
  }

  receipts(conversation: number, receipts: Receipts): void {
    const unread = this.#unread.get(conversation);
    if (!unread) return;
    for (const message of unread) if (message.markReceipts(receipts)) this.#ports.changed(message);
    this.#keepUnread(conversation, unread);
  }

  /** Forgets everything, in the storage as well. */
  clear(): void {
    for (const cid of this.#unsent.keys()) this.#ports.saver.delete(`${this.#ports.key}/${cid}`);
    this.#ports.saver.delete(this.#ports.key);
    this.#unsent.clear();
    this.#unread.clear();
    this.#lanes.clear();
  }

  #create(saved: SavedOutgoing, maybeStored: boolean): Outgoing {
    return new Outgoing(saved, maybeStored, {
      retry: (message) => this.#retry(message),
      discard: (message) => this.#discard(message),
    });
  }

  #lane(conversation: number): Lane {
    let lane = this.#lanes.get(conversation);
    if (!lane) {
      lane = { waiting: [], inFlight: 0, connection: undefined, refusals: 0, pausedUntil: 0 };
      this.#lanes.set(conversation, lane);
    }
    return lane;
  }

  #flushLanes(): void {
    for (const [conversation, lane] of this.#lanes) {
      if (lane.waiting.length === 0 && lane.inFlight === 0) this.#lanes.delete(conversation);
      else this.#flushLane(lane);
    }
  }

  #flushLane(lane: Lane): void {
    const connection = this.#ports.connection();
    if (!connection || lane.pausedUntil > this.#ports.clock.now()) return;
    // What is under way on the connection before this one would be overtaken.
    if (lane.inFlight > 0 && lane.connection !== connection) return;
    lane.connection = connection;
    // After a refusal one at a time, until one is taken: so that those behind do not overtake it.
    const allowed = lane.refusals > 0 ? 1 : maxInFlight;
    while (lane.inFlight < allowed && this.#inFlight < maxInFlightOverall) {
      const message = lane.waiting.shift();
      if (!message) return;
      void this.#transmit(lane, message, connection);
    }
  }

  async #transmit(lane: Lane, message: Outgoing, connection: NodeConnection): Promise<void> {
    const { conversation, cid, text, replyTo, thread, attachments, mentions, forward, poll } = message;
    const resent = message.maybeStored;
    lane.inFlight++;
    this.#inFlight++;
    message.maybeStored = true;
    try {
      const answer = await connection.request(
        'send',
        {
          ...{
            conversation,
            cid,
            text: forward || poll ? '' : text,
            ...(replyTo !== undefined && { replyTo }),
            ...(thread !== undefined && { thread }),
            ...(resent && { resent }),
          },
          ...(attachments && !forward && { attachments: [...attachments] }),
          ...(mentions && { mentions: [...mentions] }),
          ...(forward && { forward }),
          ...(poll && { poll: askedOf(poll) }),
        },
        sendTimeoutMs,
      );
      lane.refusals = 0;
      this.#acknowledged(message, answer);
    } catch (error) {
      this.#refused(lane, message, error);
      if (error instanceof BerthError && error.code === 'rate_limited') message.maybeStored = resent;
    } finally {
      lane.inFlight--;
      this.#inFlight--;
    }
    this.#flushLanes();
  }

  #acknowledged(message: Outgoing, answer: Answers['send']): void {
    const { seq, sentAt, attachments } = answer;
    message.attachments = attachments ?? message.attachments;
    // Of what is passed on, as it is now.
    message.text = answer.text ?? message.text;
    message.forwarded = answer.forwarded ?? message.forwarded;
    message.poll = answer.poll ?? message.poll;
    const { conversation, cid, text, thread, replyTo = thread, mentions, forwarded, poll } = message;
    if (!this.#settle(message, seq, sentAt)) return;
    this.#ports.stored({
      ...{ conversation, seq, sender: this.#ports.user, cid, sentAt, text },
      ...(replyTo !== undefined && { replyTo }),
      ...(thread !== undefined && { thread }),
      ...(message.attachments && { attachments: [...message.attachments] }),
      ...(mentions && { mentions: [...mentions] }),
      ...(forwarded && { forwarded }),
      ...(poll && { poll }),
    });
  }

  #refused(lane: Lane, message: Outgoing, error: unknown): void {
    if (message.state !== 'waiting') return;
    if (error instanceof ConnectionLostError) {
      this.#putBack(lane, message);
      return;
    }
    const known =
      error instanceof BerthError ? error : new BerthError('internal', undefined, { cause: error });
    // One who is muted is to know it now.
    if (!errorTable[known.code].retry || known.code === 'muted' || known.code === 'slow_mode') {
      message.markFailed(known);
      this.#saveMessage(message);
      this.#ports.changed(message);
      return;
    }
    this.#putBack(lane, message);
    const cap = Math.min(maxRetryCapMs, firstRetryCapMs * 2 ** Math.min(lane.refusals++, 10));
    const delayMs = (known.retryAfterMs ?? 0) + Math.round(cap * (0.5 + 0.5 * this.#ports.random()));
    const pausedUntil = this.#ports.clock.now() + delayMs;
    lane.pausedUntil = pausedUntil;
    this.#ports.clock.setTimeout(() => {
      // The timer may come a moment before that time, and nothing would come after it.
      if (lane.pausedUntil === pausedUntil) lane.pausedUntil = 0;
      this.#flushLanes();
    }, delayMs);
  }

  /** Back to where it was: before everything that was sent later. */
  #putBack(lane: Lane, message: Outgoing): void {
    const order = [...this.#unsent.keys()];
    const place = order.indexOf(message.cid);
    const index = lane.waiting.findIndex((other) => order.indexOf(other.cid) > place);
    lane.waiting.splice(index < 0 ? lane.waiting.length : index, 0, message);
  }

  #settle(message: Outgoing, seq: number, sentAt: number): boolean {
    if (!message.markSent(seq, sentAt)) return false;
    const { conversation, cid } = message;
    this.#forget(message);
    const unread = this.#unread.get(conversation) ?? [];
    unread.push(message);
    message.markReceipts(this.#ports.receipts(conversation));
    this.#keepUnread(conversation, unread);
    this.#ports.saver.delete(`${this.#ports.key}/${cid}`);
    this.#ports.changed(message);
    return true;
  }

  #keepUnread(conversation: number, messages: Outgoing[]): void {
    const unread = messages.filter((message) => message.state !== 'read').slice(-maxUnread);
    if (unread.length > 0) this.#unread.set(conversation, unread);
    else this.#unread.delete(conversation);
  }

  #retry(message: Outgoing): void {
    if (message.state !== 'failed' || !this.#unsent.has(message.cid)) return;
    message.state = 'waiting';
    message.error = undefined;
    // Sent anew, it comes after what was sent since.
    this.#unsent.delete(message.cid);
    this.#unsent.set(message.cid, message);
    this.#lane(message.conversation).waiting.push(message);
    this.#saveMessage(message);
    this.#saveList();
    this.#ports.changed(message);
    this.#flushLane(this.#lane(message.conversation));
  }

  #discard(message: Outgoing): boolean {
    const forgettable = message.state === 'failed' || (message.state === 'waiting' && !message.maybeStored);
    if (!forgettable || !this.#unsent.has(message.cid)) return false;
    this.#forget(message);
    this.#ports.saver.delete(`${this.#ports.key}/${message.cid}`);
    message.markFailed(message.error ?? new BerthError('not_found', 'The message was discarded.'));
    return true;
  }

  #forget(message: Outgoing): void {
    this.#unsent.delete(message.cid);
    const waiting = this.#lanes.get(message.conversation)?.waiting ?? [];
    const index = waiting.indexOf(message);
    if (index >= 0) waiting.splice(index, 1);
    this.#saveList();
  }

  #saveMessage(message: Outgoing): void {
    const { saver, key, tab } = this.#ports;
    // The order of those that are here is that of their sending.
    const order = [...this.#unsent.keys()].indexOf(message.cid);
    saver.write(`${key}/${message.cid}`, { ...message.toSaved(), ...(tab !== undefined && { tab, order }) });
  }

  #saveList(): void {
    // Tabs would write over each other's; they look for the messages themselves.
    if (this.#ports.tab === undefined) this.#ports.saver.write(this.#ports.key, [...this.#unsent.keys()]);
  }
}

/** What a poll is asked with. */
const askedOf = ({ question, options, many, anonymous }: Poll) => ({ question, options, many, anonymous });

/** The body of the deliver frame, its numbers as long as they can be. */
function deliverBytes(saved: SavedOutgoing): number {
  const { cid, text, thread, replyTo = thread, attachments, mentions, poll } = saved;
  const longest = 2 ** 32 - 1;
  try {
    return encodeFrame(frameIds.deliver, {
      ...{ conversation: longest, seq: longest, sender: longest, cid, sentAt: 2 ** 53, text },
      ...(replyTo !== undefined && { replyTo: longest }),
      ...(thread !== undefined && { thread: longest }),
      ...(attachments && { attachments }),
      ...(mentions && { mentions }),
      ...(poll && { poll }),
    }).length;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
