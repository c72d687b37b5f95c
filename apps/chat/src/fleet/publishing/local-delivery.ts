import type { LiveQueries } from '../../conversations/live-queries.ts';
import { frameInPlaceOf, isChanged, targetOf } from '../../log/unseen-changes.ts';
import { FrameRun } from '../../session/frame-run.ts';
import type { LiveSession } from '../../session/live-session.ts';
import type { LocalConversation, SessionIndex } from '../../session/session-index.ts';

/** Frames for the sessions of a conversation: one, or those of entries of neighbouring seqs. */
export interface ConversationFrames {
  conversation: number;
  /** Of the first; 0: no entry (typing, group events). */
  seq: number;
  /** Of the last entry; 0: not known. */
  sentAt: number;
  membersVersion: number;
  frames: readonly Uint8Array[];
  /** Beside each the session that sent it and does not want it back. */
  origins?: readonly (object | undefined)[] | undefined;
  exceptSession?: string | undefined;
  /** Users to whom it does not go. */
  exceptUsers?: readonly number[] | undefined;
}

/** An entry that changed a message which came before somebody. */
interface ChangeOfEarlier {
  seq: number;
  frame: Uint8Array;
  target: number;
}

export interface LocalDeliveryOptions {
  index: SessionIndex;
  /** Brings the index up to a members version; false when that could not be done now. */
  catchUp(conversation: number, membersVersion: number): Promise<boolean>;
  /** Whether somebody here may be joining just now. */
  isChanging(conversation: number): boolean;
  /** Of users in the conversation what they saw before they came to it last. */
  earlierOf: LiveQueries['earlierOf'];
  /** Frames of the conversation were given up here. */
  onLost(conversation: number): void;
  /** A message came before one below it: on its way from another node, or lost. */
  onGap(conversation: number): void;
  /** Bytes of all frames that wait at most; further ones are repaired by heads. Default 32 MiB. */
  maxWaitingBytes?: number;
}

/** Frames of one conversation that wait for a reload of its members at most; further ones are repaired by heads. */
const maxWaiting = 1_000;

/**
 * Of so many frames at most those of others are picked for a session that wants no echo. To pick them from more costs each of
 * many senders a queue and bytes of its own, while all others share theirs; it is pushed all of them then.
 */
const maxPicked = 4;

const none: readonly number[] = [];

function bytesOf({ frames }: ConversationFrames): number {
  let bytes = 0;
  for (const frame of frames) bytes += frame.length;
  return bytes;
}

/** Pushes to the sessions of this node, none before the index knows who is a member. */
export class LocalDelivery {
  readonly #options: LocalDeliveryOptions;
  /** Conversations whose members are being read again, with what came for them meanwhile. */
  readonly #waiting = new Map<number, ConversationFrames[]>();
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

  deliver(entry: ConversationFrames): void {
    const { index } = this.#options;
    const local = index.conversation(entry.conversation);
    if (local === undefined && entry.seq > 0) index.passedBy(entry.conversation);
    const waiting = this.#waiting.get(entry.conversation);
    if (waiting !== undefined) {
      if (waiting.length < maxWaiting && this.#hasRoomFor(entry)) this.#keep(waiting, entry);
      else this.#options.onLost(entry.conversation);
      return;
    }
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

  async #deliverLater(first: ConversationFrames): Promise<void> {
    const waiting: ConversationFrames[] = [];
    this.#keep(waiting, first);
    this.#waiting.set(first.conversation, waiting);
    let reached = -1;
    for (;;) {
      const wanted = Math.max(...waiting.map(({ membersVersion }) => membersVersion));
      if (wanted <= reached || !(await this.#options.catchUp(first.conversation, wanted))) break;
      reached = wanted;
    }
    this.#waiting.delete(first.conversation);
    for (const entry of waiting) this.#waitingBytes -= bytesOf(entry);
    const local = this.#options.index.conversation(first.conversation);
    if (local === undefined) return;
    for (const entry of waiting)
      if (entry.membersVersion <= local.version) this.#push(local, entry);
      else this.#options.onLost(entry.conversation);
  }

  #hasRoomFor(entry: ConversationFrames): boolean {
    return this.#waitingBytes + bytesOf(entry) <= this.#maxWaitingBytes;
  }

  #keep(waiting: ConversationFrames[], entry: ConversationFrames): void {
    waiting.push(entry);
    this.#waitingBytes += bytesOf(entry);
  }

  #push(local: LocalConversation, entry: ConversationFrames): void {
    const { conversation, seq, frames, origins } = entry;
    const lastSeq = seq + frames.length - 1;
    if (seq > 0) local.end.pushed(lastSeq, entry.sentAt);
    if (seq > 0 && local.hasPassed(seq, lastSeq)) {
      // A repair was faster than its way here.
      for (const [at, frame] of frames.entries())
        if (!local.hasPassed(seq + at))
          this.#push(local, { ...entry, seq: seq + at, frames: [frame], origins: origins && [origins[at]] });
      return;
    }
    if (seq > 0 && local.passed(seq, lastSeq)) this.#options.onGap(conversation);
    // Where all came at the beginning a change of a message is for all.
    if (seq > 0 && local.maxJoinedSeq > 0 && frames.some(isChanged)) this.#handChanges(local, entry);
    else this.#hand(local, entry);
  }

  /** Of a message that came before somebody they are not told; what stands between such changes stays in one piece. */
  #handChanges(local: LocalConversation, entry: ConversationFrames): void {
    const { seq, frames, origins } = entry;
    let handed = 0;
    const handUpTo = (end: number) => {
      const piece = { seq: seq + handed, frames: frames.slice(handed, end) };
      if (handed < end) this.#hand(local, { ...entry, ...piece, origins: origins?.slice(handed, end) });
    };
    for (const [at, frame] of frames.entries()) {
      const target = targetOf(frame);
      if (target === undefined || target > local.maxJoinedSeq) continue;
      handUpTo(at);
      this.#handChange(local, { seq: seq + at, frame, target });
      handed = at + 1;
    }
    handUpTo(frames.length);
  }

  #handChange(local: LocalConversation, change: ChangeOfEarlier): void {
    const unknown: LiveSession[] = [];
    for (const [at, session] of local.sessions.entries()) {
      const joinedSeq = local.joinedSeqs[at]!;
      if (change.seq <= joinedSeq) continue;
      const sees = change.target > joinedSeq || local.seesBelow(session.user, joinedSeq, change.target);
      if (sees === undefined) unknown.push(session);
      else session.push(sees ? change.frame : frameInPlaceOf(change.frame));
    }
    if (unknown.length > 0) void this.#handLater(local, unknown, change);
  }

  /** Somebody of whom it is not known what they saw before is told once it is read; what cannot be read now they ask for. */
  async #handLater(
    local: LocalConversation,
    sessions: readonly LiveSession[],
    { frame, target }: ChangeOfEarlier,
  ): Promise<void> {
    const joined = new Map(
      sessions.map((session) => [session, local.joinedSeqs[local.sessions.indexOf(session)]!]),
    );
    const users = [...new Set(sessions.map(({ user }) => user))];
    const earlier = await this.#options.earlierOf(local.conversation, users).catch(() => undefined);
    for (const session of sessions) {
      const at = local.sessions.indexOf(session);
      const joinedSeq = joined.get(session)!;
      // Who has left, or come again, meanwhile is told by whoever made it so.
      if (earlier === undefined || at < 0 || local.joinedSeqs[at] !== joinedSeq) continue;
      local.keepEarlier(session.user, joinedSeq, earlier.get(session.user) ?? []);
      const sees = local.seesBelow(session.user, joinedSeq, target);
      session.push(sees ? frame : frameInPlaceOf(frame));
    }
  }

  #hand(local: LocalConversation, entry: ConversationFrames): void {
    const { seq, frames, origins, exceptSession, exceptUsers = none } = entry;
    const { sessions, joinedSeqs } = local;
    const run = new FrameRun(frames);
    const from = origins?.some((origin) => origin !== undefined) ? new Set(origins) : undefined;
    const isForAll = exceptSession === undefined && exceptUsers.length === 0 && from === undefined;
    if (isForAll && (seq === 0 || seq > local.maxJoinedSeq)) {
      for (let i = 0; i < sessions.length; i++) sessions[i]!.pushRun(run);
      return;
    }
    for (let i = 0; i < sessions.length; i++) {
      const session = sessions[i]!;
      if (isLeftOut(session, exceptSession) || exceptUsers.includes(session.user)) continue;
      const joinedSeq = joinedSeqs[i]!;
      const isSpared = from?.has(session) === true && (from.size === 1 || frames.length <= maxPicked);
      if (isSpared || (seq > 0 && seq <= joinedSeq)) {
        for (const [at, frame] of frames.entries())
          if (seq + at > joinedSeq && origins?.[at] !== session) session.push(frame);
      } else session.pushRun(run);
    }
  }
}

const isLeftOut = (session: LiveSession, except: string | undefined): boolean =>
  session.id === except && !session.hearsOwn;
