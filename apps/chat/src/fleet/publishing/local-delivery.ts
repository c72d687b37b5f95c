import type { LiveSession } from '../../session/live-session.ts';
import type { LocalConversation, SessionIndex } from '../../session/session-index.ts';

/** A frame for the sessions of a conversation. */
export interface ConversationFrame {
  conversation: number;
  /** 0: no message (typing, group events). */
  seq: number;
  membersVersion: number;
  frame: Uint8Array;
  exceptSession?: string | undefined;
  /** Users to whom it does not go. */
  exceptUsers?: readonly number[] | undefined;
}

export interface LocalDeliveryOptions {
  index: SessionIndex;
  /** Brings the index up to a members version; false when that could not be done now. */
  catchUp(conversation: number, membersVersion: number): Promise<boolean>;
  /** Whether somebody here may be joining just now. */
  isChanging(conversation: number): boolean;
  /** Frames of the conversation were given up here. */
  onLost(conversation: number): void;
  /** A message came before one below it: on its way from another node, or lost. */
  onGap(conversation: number): void;
  /** Bytes of all frames that wait at most; further ones are repaired by heads. Default 32 MiB. */
  maxWaitingBytes?: number;
}

/** Frames of one conversation that wait for a reload of its members at most; further ones are repaired by heads. */
const maxWaiting = 1_000;

/** Pushes to the sessions of this node, none before the index knows who is a member. */
export class LocalDelivery {
  readonly #options: LocalDeliveryOptions;
  /** Conversations whose members are being read again, with what came for them meanwhile. */
  readonly #waiting = new Map<number, ConversationFrame[]>();
  readonly #maxWaitingBytes: number;
  #waitingBytes = 0;

  constructor(options: LocalDeliveryOptions) {
    this.#options = options;
    this.#maxWaitingBytes = options.maxWaitingBytes ?? 33_554_432;
  }

  /** Bytes of frames that wait for a reload. */
  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  deliver(entry: ConversationFrame): void {
    const waiting = this.#waiting.get(entry.conversation);
    if (waiting !== undefined) {
      if (waiting.length < maxWaiting && this.#hasRoomFor(entry)) this.#keep(waiting, entry);
      else this.#options.onLost(entry.conversation);
      return;
    }
    const local = this.#options.index.conversation(entry.conversation);
    const isBehind =
      local === undefined
        ? this.#options.isChanging(entry.conversation)
        : entry.membersVersion > local.version;
    if (isBehind && !this.#hasRoomFor(entry)) this.#options.onLost(entry.conversation);
    else if (isBehind) void this.#deliverLater(entry);
    else if (local !== undefined) this.#push(local, entry);
  }

  /** For all sessions of users on this node. */
  notify(users: readonly number[], frame: Uint8Array, exceptSession?: string): void {
    for (const user of users)
      for (const session of this.#options.index.sessionsOf(user))
        if (!isLeftOut(session, exceptSession)) session.push(frame);
  }

  async #deliverLater(first: ConversationFrame): Promise<void> {
    const waiting: ConversationFrame[] = [];
    this.#keep(waiting, first);
    this.#waiting.set(first.conversation, waiting);
    let reached = -1;
    for (;;) {
      const wanted = Math.max(...waiting.map(({ membersVersion }) => membersVersion));
      if (wanted <= reached || !(await this.#options.catchUp(first.conversation, wanted))) break;
      reached = wanted;
    }
    this.#waiting.delete(first.conversation);
    for (const { frame } of waiting) this.#waitingBytes -= frame.length;
    const local = this.#options.index.conversation(first.conversation);
    if (local === undefined) return;
    for (const entry of waiting)
      if (entry.membersVersion <= local.version) this.#push(local, entry);
      else this.#options.onLost(entry.conversation);
  }

  #hasRoomFor({ frame }: ConversationFrame): boolean {
    return this.#waitingBytes + frame.length <= this.#maxWaitingBytes;
  }

  #keep(waiting: ConversationFrame[], entry: ConversationFrame): void {
    waiting.push(entry);
    this.#waitingBytes += entry.frame.length;
  }

  #push(local: LocalConversation, entry: ConversationFrame): void {
    const { conversation, seq, frame, exceptSession, exceptUsers = [] } = entry;
    // A repair was faster than its way here.
    if (seq > 0 && local.hasPassed(seq)) return;
    if (seq > 0 && local.passed(seq)) this.#options.onGap(conversation);
    const { sessions, joinedSeqs } = local;
    const isForAll = exceptSession === undefined && exceptUsers.length === 0;
    if (isForAll && (seq === 0 || seq > local.maxJoinedSeq)) {
      for (let i = 0; i < sessions.length; i++) sessions[i]!.push(frame);
      return;
    }
    for (let i = 0; i < sessions.length; i++) {
      const session = sessions[i]!;
      if (isLeftOut(session, exceptSession) || exceptUsers.includes(session.user)) continue;
      if (seq === 0 || seq > joinedSeqs[i]!) session.push(frame);
    }
  }
}

const isLeftOut = (session: LiveSession, except: string | undefined): boolean =>
  session.id === except && !session.hearsOwn;
