import { backoffMs } from '@berth/lifecycle';
import type { Log } from '@berth/telemetry';
import type { LiveQueries, Members } from '../../conversations/live-queries.ts';
import type { MembershipChange } from '../../log/publisher.ts';
import { frameInPlaceOf, targetOf } from '../../log/unseen-changes.ts';
import type { LiveSession } from '../../session/live-session.ts';
import type { LocalConversation, SessionIndex } from '../../session/session-index.ts';

export interface MembershipSyncOptions {
  index: SessionIndex;
  queries: LiveQueries;
  log: Log;
  /** Users of this node joined: messages may have gone past them. */
  onJoined(conversation: number): void;
}

/** Changes of one conversation that wait at most; beyond it its members are read anew, once for all that come meanwhile. */
const maxQueued = 32;
/** Entries that are pushed to one who left at most; a client that lacks more sees the gap and asks. */
const maxLast = 100;
/** Tries before a reload is given up until something asks again. */
const maxAttempts = 4;

/** Keeps the index of conversations right as people join and leave. */
export class MembershipSync {
  readonly #options: MembershipSyncOptions;
  /** One change of a conversation at a time. */
  readonly #queues = new Map<number, { last: Promise<boolean>; length: number }>();
  /** Conversations whose members are to be read anew, at this version or a later one. */
  readonly #anew = new Map<number, { version: number; done: Promise<boolean> }>();

  constructor(options: MembershipSyncOptions) {
    this.#options = options;
  }

  /** Whether a change is being brought into the index. */
  isChanging(conversation: number): boolean {
    return this.#queues.has(conversation);
  }

  /** Between the two versions `users` changed, and nobody else. */
  changed({ conversation, membersVersion, previousVersion, users }: MembershipChange): Promise<boolean> {
    const { index, queries } = this.#options;
    queries.membersChanged(conversation, membersVersion);
    const here = users.filter((user) => index.sessionsOf(user).length > 0);
    const local = index.conversation(conversation);
    if (local === undefined && here.length === 0) return Promise.resolve(true);
    if ((this.#queues.get(conversation)?.length ?? 0) >= maxQueued)
      return this.#readAnew(conversation, membersVersion);
    return this.#enqueue(conversation, async () => {
      const { version } = index.conversation(conversation) ?? { version: previousVersion };
      if (version >= membersVersion && here.length === 0) return;
      if (version < previousVersion) {
        await this.#apply(conversation, await queries.membersOf(conversation, membersVersion));
      } else {
        const members =
          here.length === 0
            ? { membersVersion, joinedSeqs: new Map<number, number>() }
            : await queries.membersAmong(conversation, here, membersVersion);
        await this.#apply(conversation, members, { users: here, previousVersion });
      }
    });
  }

  /** Brings the index up to a members version that a message bears. False when it could not be read now. */
  catchUp(conversation: number, membersVersion: number): Promise<boolean> {
    const { index, queries } = this.#options;
    return this.#enqueue(conversation, async () => {
      const local = index.conversation(conversation);
      if (local === undefined || local.version >= membersVersion) return;
      await this.#apply(conversation, await queries.membersOf(conversation, membersVersion));
    });
  }

  #readAnew(conversation: number, version: number): Promise<boolean> {
    const waiting = this.#anew.get(conversation);
    if (waiting !== undefined) {
      waiting.version = Math.max(waiting.version, version);
      return waiting.done;
    }
    const anew = { version, done: Promise.resolve(true) };
    this.#anew.set(conversation, anew);
    anew.done = this.#enqueue(conversation, async () => {
      // What comes from here on may be missing in what is read.
      this.#anew.delete(conversation);
      await this.#apply(conversation, await this.#options.queries.membersOf(conversation, anew.version));
    });
    return anew.done;
  }

  /** `only`: nobody else changed since that version; undefined: everyone is looked at. */
  async #apply(
    conversation: number,
    members: Members,
    only?: { users: readonly number[]; previousVersion: number },
  ): Promise<void> {
    const { index } = this.#options;
    const { membersVersion, joinedSeqs } = members;
    const local = index.conversation(conversation);
    const leaving = (local?.sessions ?? []).filter(
      ({ user }) => !joinedSeqs.has(user) && (only === undefined || only.users.includes(user)),
    );
    if (local !== undefined && leaving.length > 0)
      await this.#pushLast(local, leaving, only === undefined ? 'all' : 'messages');
    for (const session of leaving) index.leave(session, conversation);
    let hasJoined = false;
    for (const [user, joinedSeq] of joinedSeqs)
      for (const session of index.sessionsOf(user)) {
        if (!session.conversations.includes(conversation)) hasJoined = true;
        index.enter(session, { conversation, membersVersion, head: joinedSeq, joinedSeq });
      }
    const now = index.conversation(conversation);
    // A session that came meanwhile with an older version still needs everyone looked at.
    const isWhole = only === undefined || (now?.version ?? 0) >= only.previousVersion;
    if (now !== undefined && isWhole) now.version = Math.max(now.version, membersVersion);
    if (hasJoined) this.#options.onJoined(conversation);
  }

  /**
   * What was stored while they were members and did not go out here yet comes too late for them in the index: it is read
   * for them. `messages`: the entry by which they left is told by who changed the members.
   */
  async #pushLast(
    local: LocalConversation,
    leaving: readonly LiveSession[],
    what: 'all' | 'messages',
  ): Promise<void> {
    const { queries } = this.#options;
    const users = [...new Set(leaving.map(({ user }) => user))];
    const lefts = await queries.leftSeqs(local.conversation, users);
    const upTo = Math.max(0, ...lefts.values());
    const first = local.head + 1;
    if (upTo < first + Number(what === 'messages')) return;
    // As each of them is to see it: what became of it after they had left is not theirs.
    const ends = [...new Set(lefts.values())];
    const frames = new Map(
      await Promise.all(
        ends.map(
          async (end) =>
            [end, await queries.deliverFrames(local.conversation, local.head, maxLast, end)] as const,
        ),
      ),
    );
    for (const session of leaving) {
      const leftSeq = lefts.get(session.user) ?? 0;
      const joinedSeq = local.joinedSeqs[local.sessions.indexOf(session)] ?? leftSeq;
      for (const { seq, frame } of frames.get(leftSeq) ?? []) {
        const isTheirs = seq > joinedSeq && (what === 'all' ? seq <= leftSeq : seq < leftSeq);
        if (!isTheirs || local.hasPassed(seq)) continue;
        session.push((targetOf(frame) ?? seq) > joinedSeq ? frame : frameInPlaceOf(frame));
      }
    }
  }

  #enqueue(conversation: number, task: () => Promise<void>): Promise<boolean> {
    const queue = this.#queues.get(conversation) ?? { last: Promise.resolve(true), length: 0 };
    this.#queues.set(conversation, queue);
    queue.length++;
    queue.last = queue.last.then(() => this.#retry(conversation, task));
    void queue.last.then(() => {
      if (--queue.length === 0) this.#queues.delete(conversation);
    });
    return queue.last;
  }

  async #retry(conversation: number, task: () => Promise<void>): Promise<boolean> {
    for (let attempt = 0; ; attempt++)
      try {
        await task();
        return true;
      } catch (error) {
        if (attempt + 1 >= maxAttempts) {
          this.#options.log.warn({ err: error, conversation }, 'the members could not be read');
          return false;
        }
        await new Promise((resolve) =>
          setTimeout(resolve, 50 + backoffMs(attempt, { baseMs: 100, maxMs: 1_000 })),
        );
      }
  }
}
