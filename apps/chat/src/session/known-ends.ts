import type { LiveEnds, ReadEnd } from '../conversations/live-ends.ts';
import type { LocalConversation, SessionIndex } from './session-index.ts';

export interface KnownEndsOptions {
  index: SessionIndex;
  /** Whether pushes of other nodes may be missing just now. */
  isInDoubt(): boolean;
}

/**
 * Where the logs of the conversations with sessions here end. What was read after a conversation had its first session here
 * is kept right by the pushes that come since, until some of them may have been lost.
 */
export class KnownEnds implements LiveEnds {
  readonly #options: KnownEndsOptions;
  /** What was read in an earlier one is good no more. */
  #round = 1;

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

  /** Pushes may have been lost: of one conversation, or of any. */
  doubt(conversation?: number): void {
    if (conversation === undefined) this.#round++;
    else this.#options.index.conversation(conversation)?.end.lost();
  }
}
