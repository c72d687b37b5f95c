import type { Listed } from '../conversations/list-rows.ts';
import type { FreshEnds, LiveEnds, ReadEnd } from '../conversations/live-ends.ts';
import type { Membership } from '../conversations/live-queries.ts';
import type { LiveSession } from './live-session.ts';
import type { LocalConversation, SessionIndex } from './session-index.ts';

export interface KnownEndsOptions {
  index: SessionIndex;
  /** Whether pushes of other nodes may be missing just now. */
  isInDoubt(): boolean;
  /** Whether what is committed elsewhere is pushed here before this node has said what it wants. Default: it is. */
  hearsAll?(): boolean;
}

/** So long after its log-in has begun to read them a resume takes the ends as they were read and pushed, in milliseconds. */
const freshMs = 1_000;

/** What a log-in has read. */
interface LoggedIn {
  session: LiveSession;
  /** Of its conversations, as many as it has entered. */
  count: number;
  round: number;
  atMs: number;
  former: readonly number[];
  unsure: ReadonlySet<number>;
}

const none: ReadonlySet<number> = new Set();

/**
 * Where the logs of the conversations with sessions here end. What was read after a conversation had its first session here
 * is kept right by the pushes that come since, until some of them may have been lost.
 */
export class KnownEnds implements LiveEnds {
  readonly #options: KnownEndsOptions;
  /** What was read in an earlier one is good no more. */
  #round = 1;
  /** Sessions that have not resumed. */
  readonly #loggedIn = new WeakMap<object, LoggedIn>();

  constructor(options: KnownEndsOptions) {
    this.#options = options;
  }

  lastAt(conversation: number): number | undefined {
    const local = this.#options.index.conversation(conversation);
    if (local === undefined || local.end.readIn !== this.#round || this.#options.isInDoubt())
      return undefined;
    return local.end.at;
  }

  heard(conversation: number): ReadEnd | undefined {
    const end = this.#options.index.conversation(conversation)?.end;
    return end?.isHeard ? { head: end.seq, lastAt: end.at } : undefined;
  }

  reading(conversations: readonly number[]): (found: ReadonlyMap<number, ReadEnd>) => void {
    const { index, isInDoubt } = this.#options;
    const round = this.#round;
    const locals: LocalConversation[] = [];
    for (const conversation of conversations) {
      const local = index.conversation(conversation);
      if (local !== undefined && local.end.readIn !== round) locals.push(local);
    }
    if (locals.length === 0 || isInDoubt()) return () => {};
    const losses = locals.map(({ end }) => end.losses);
    return (found) => {
      if (round !== this.#round || isInDoubt()) return;
      for (const [at, { conversation, end }] of locals.entries()) {
        const read = found.get(conversation);
        if (read === undefined || end.losses !== losses[at]) continue;
        // What was pushed meanwhile may be newer.
        if (read.head >= end.seq) end.heard(read.head, read.lastAt);
        end.readIn = round;
      }
    };
  }

  /**
   * A log-in that has claimed its route is about to read the ends of its conversations. What it finds is handed on when all of them
   * are in the index. Nothing that was pushed in between may have passed by, else the resume reads that end once more.
   */
  entering({ present, former }: Listed): (session: LiveSession, entered: readonly Membership[]) => void {
    const { index, isInDoubt, hearsAll } = this.#options;
    const [round, atMs, passed] = [this.#round, performance.now(), index.passedCount];
    const losses = new Map<number, number>();
    for (const conversation of present) {
      const local = index.conversation(conversation);
      if (local !== undefined && local.end.losses > 0) losses.set(conversation, local.end.losses);
    }
    return (session, entered) => {
      if (round !== this.#round || isInDoubt() || hearsAll?.() === false) return;
      let unsure: Set<number> | undefined;
      for (const { conversation, head, lastAt } of entered) {
        const end = index.conversation(conversation)?.end;
        const isSure =
          end !== undefined &&
          lastAt !== undefined &&
          end.losses === (losses.get(conversation) ?? 0) &&
          !index.hasPassedBy(conversation, passed);
        if (isSure) {
          if (head >= end.seq) end.heard(head, lastAt);
          end.readIn = round;
        } else {
          unsure ??= new Set();
          unsure.add(conversation);
        }
      }
      const count = entered.length;
      this.#loggedIn.set(session, { session, count, round, atMs, former, unsure: unsure ?? none });
    };
  }

  ofLogIn(key: object): FreshEnds | undefined {
    const loggedIn = this.#loggedIn.get(key);
    if (loggedIn === undefined) return undefined;
    this.#loggedIn.delete(key);
    const { session, count, round, atMs, former, unsure } = loggedIn;
    const isFresh = round === this.#round && performance.now() - atMs < freshMs && !this.#options.isInDoubt();
    // Who has joined or left since reads it all.
    if (!isFresh || session.conversations.length !== count) return undefined;
    const known = new Map<number, ReadEnd>();
    const unknown = [...former];
    for (const conversation of session.conversations) {
      const end = this.#options.index.conversation(conversation)?.end;
      if (end?.readIn !== round || unsure.has(conversation)) unknown.push(conversation);
      else known.set(conversation, { head: end.seq, lastAt: end.at });
    }
    return { known, unknown };
  }

  /** Pushes may have been lost: of one conversation, or of any. */
  doubt(conversation?: number): void {
    if (conversation === undefined) this.#round++;
    else {
      const local = this.#options.index.conversation(conversation);
      if (local === undefined) this.#options.index.passedBy(conversation);
      else local.end.lost();
    }
  }
}
