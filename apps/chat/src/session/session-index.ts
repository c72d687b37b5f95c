import type { Membership } from '../conversations/live-queries.ts';
import type { Interval } from '../membership/visible-seqs.ts';
import type { LiveSession } from './live-session.ts';

/** Seqs above a gap that are remembered; others may go out twice when the gap is closed. */
const maxAhead = 256;

/** What came for conversations without sessions is noted for so many of them together: a few are read once more for nothing. */
const passedSlots = 4_096;

/** The newest entry of a log that is known here. */
class LocalEnd {
  seq = 0;
  /** Its `sentAt`. */
  at = 0;
  /** Whether both are told by the log, or by a push. */
  isHeard = false;
  /** The round of `KnownEnds` in which it was read; since then pushes keep it right. */
  readIn = 0;
  losses = 0;

  heard(seq: number, at: number): void {
    this.seq = seq;
    this.at = at;
    this.isHeard = true;
  }

  pushed(seq: number, sentAt: number): void {
    if (seq <= this.seq) return;
    this.heard(seq, sentAt);
    // A node of the version before does not tell the time.
    if (sentAt > 0) return;
    this.isHeard = false;
    this.lost();
  }

  lost(): void {
    this.readIn = 0;
    this.losses++;
  }
}

/** The sessions of a conversation on this node. */
export class LocalConversation {
  readonly conversation: number;
  /** The members version that `sessions` is right for; a message with a higher one must wait for a reload. */
  version: number;
  /** Up to here every message went to the sessions, or was there to be resumed when the first one came. */
  head: number;
  /** What went out above a gap. */
  #ahead: Set<number> | undefined;
  readonly end = new LocalEnd();
  readonly sessions: LiveSession[] = [];
  /** Beside each session the head when its user joined. */
  readonly joinedSeqs: number[] = [];
  /** Of `joinedSeqs` the highest there ever was: above it a message is for all. */
  maxJoinedSeq = 0;
  /** By user what they saw before they joined with this seq; read when it is needed. */
  readonly #earlier = new Map<number, { joinedSeq: number; intervals: readonly Interval[] }>();

  constructor(membership: Membership) {
    this.conversation = membership.conversation;
    this.version = membership.membersVersion;
    this.head = membership.head;
    if (membership.lastAt !== undefined) this.end.heard(membership.head, membership.lastAt);
  }

  /** A message that goes out above what others are missing. */
  get hasGap(): boolean {
    return this.#ahead !== undefined;
  }

  /** Notes that the messages of these seqs go out; true when one is the first above a gap. */
  passed(first: number, last = first): boolean {
    let isGap = false;
    for (let seq = first; seq <= last; seq++) isGap = this.#passed(seq) || isGap;
    return isGap;
  }

  #passed(seq: number): boolean {
    if (seq <= this.head) return false;
    if (seq > this.head + 1) {
      const isFirst = this.#ahead === undefined;
      this.#ahead ??= new Set();
      if (this.#ahead.size < maxAhead) this.#ahead.add(seq);
      return isFirst;
    }
    this.head = seq;
    while (this.#ahead?.delete(this.head + 1)) this.head++;
    if (this.#ahead?.size === 0) this.#ahead = undefined;
    return false;
  }

  /** Whether any of them went out. */
  hasPassed(first: number, last = first): boolean {
    if (first <= this.head) return true;
    if (this.#ahead !== undefined)
      for (let seq = first; seq <= last; seq++) if (this.#ahead.has(seq)) return true;
    return false;
  }

  /** Whether a user who joined with `joinedSeq` sees what is below; undefined: what they saw then is to be read, and kept here. */
  seesBelow(user: number, joinedSeq: number, seq: number): boolean | undefined {
    const earlier = this.#earlier.get(user);
    if (earlier?.joinedSeq !== joinedSeq) return undefined;
    return earlier.intervals.some(({ after, upTo }) => seq > after && seq <= upTo);
  }

  keepEarlier(user: number, joinedSeq: number, intervals: readonly Interval[]): void {
    this.#earlier.set(user, { joinedSeq, intervals });
  }

  /** A session of the user is gone. */
  left(user: number): void {
    if (this.#earlier.has(user) && !this.sessions.some((session) => session.user === user))
      this.#earlier.delete(user);
  }

  /** What is below is not looked for any more: too much of it is missing. */
  giveUpBelow(seq: number): void {
    if (seq - 1 > this.head) {
      this.head = seq - 1;
      for (const passed of this.#ahead ?? []) if (passed <= this.head) this.#ahead!.delete(passed);
      while (this.#ahead?.delete(this.head + 1)) this.head++;
      if (this.#ahead?.size === 0) this.#ahead = undefined;
    }
  }
}

/** Every session of this node, by user and by conversation. */
export class SessionIndex {
  readonly #users = new Map<number, LiveSession[]>();
  readonly #conversations = new Map<number, LocalConversation>();
  readonly #onInterest: (conversation: number, interested: boolean) => void;
  /** By conversation, the number of the last entry that passed it by. */
  readonly #passed = new Float64Array(passedSlots);
  #passedBy = 0;
  #count = 0;

  /** `onInterest` hears when a conversation gets its first session here and loses its last. */
  constructor(onInterest: (conversation: number, interested: boolean) => void = () => {}) {
    this.#onInterest = onInterest;
  }

  get count(): number {
    return this.#count;
  }

  get conversationCount(): number {
    return this.#conversations.size;
  }

  users(): IterableIterator<number> {
    return this.#users.keys();
  }

  *sessions(): Generator<LiveSession> {
    for (const sessions of this.#users.values()) yield* sessions;
  }

  conversations(): IterableIterator<LocalConversation> {
    return this.#conversations.values();
  }

  sessionsOf(user: number): readonly LiveSession[] {
    return this.#users.get(user) ?? [];
  }

  conversation(id: number): LocalConversation | undefined {
    return this.#conversations.get(id);
  }

  /** An entry came, or was lost, for a conversation that has no sessions here. */
  passedBy(conversation: number): void {
    this.#passed[conversation % passedSlots] = ++this.#passedBy;
  }

  /** How many did so far. */
  get passedCount(): number {
    return this.#passedBy;
  }

  /** Whether one may have, since there were so many. */
  hasPassedBy(conversation: number, count: number): boolean {
    return this.#passed[conversation % passedSlots]! > count;
  }

  add(session: LiveSession): void {
    const sessions = this.#users.get(session.user);
    if (sessions === undefined) this.#users.set(session.user, [session]);
    else sessions.push(session);
    this.#count++;
  }

  /** False when it was not there. */
  remove(session: LiveSession): boolean {
    const sessions = this.#users.get(session.user);
    const at = sessions?.indexOf(session) ?? -1;
    if (sessions === undefined || at < 0) return false;
    sessions.splice(at, 1);
    if (sessions.length === 0) this.#users.delete(session.user);
    for (const conversation of session.conversations) this.#drop(session, conversation);
    session.conversations = [];
    this.#count--;
    return true;
  }

  /** From now on the session gets the conversation's messages. */
  enter(session: LiveSession, membership: Membership): void {
    let local = this.#conversations.get(membership.conversation);
    if (local === undefined) {
      local = new LocalConversation(membership);
      this.#conversations.set(membership.conversation, local);
      this.#onInterest(membership.conversation, true);
    }
    // What was read before the index was brought up to date must be read again before the next message.
    local.version = Math.min(local.version, membership.membersVersion);
    const at = local.sessions.indexOf(session);
    if (at >= 0) {
      local.joinedSeqs[at] = membership.joinedSeq;
    } else {
      local.sessions.push(session);
      local.joinedSeqs.push(membership.joinedSeq);
      session.conversations.push(membership.conversation);
    }
    local.maxJoinedSeq = Math.max(local.maxJoinedSeq, membership.joinedSeq);
  }

  leave(session: LiveSession, conversation: number): void {
    const at = session.conversations.indexOf(conversation);
    if (at < 0) return;
    session.conversations.splice(at, 1);
    this.#drop(session, conversation);
  }

  #drop(session: LiveSession, conversation: number): void {
    const local = this.#conversations.get(conversation);
    const at = local?.sessions.lastIndexOf(session) ?? -1;
    if (local === undefined || at < 0) return;
    const lastSession = local.sessions.pop()!;
    const lastJoinedSeq = local.joinedSeqs.pop()!;
    if (at < local.sessions.length) {
      local.sessions[at] = lastSession;
      local.joinedSeqs[at] = lastJoinedSeq;
    }
    local.left(session.user);
    if (local.sessions.length > 0) return;
    this.#conversations.delete(conversation);
    // With it goes what came while it was there.
    this.passedBy(conversation);
    this.#onInterest(conversation, false);
  }
}
