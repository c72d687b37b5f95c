import type { EndRow } from '../log/append-entries.ts';
import type { LogHeads } from '../log/log-heads.ts';
import { placeKey } from '../log/range-reader.ts';
import type { FoundRow, Place } from './change-judge.ts';
import type { ChangeLot } from './pending-changes.ts';

/** What was read for changes. */
export interface ReadConversations {
  places: ReadonlyMap<number, Place>;
  ends: ReadonlyMap<number, EndRow>;
  /** By `placeKey`. */
  messages: Map<string, FoundRow>;
  /** What the statements of `reads` found, those of each change in their order. */
  reads: (readonly unknown[])[];
}

/** A conversation as it was when its log ended so. */
interface Kept {
  /** Connections that had been made to the server by then. */
  made: number;
  place: Place;
  end: EndRow;
  messages: Map<number, FoundRow>;
}

/** About 1.5 KB for each message at most. */
const maxConversations = 1_000;
const maxMessages = 24;
/** Of what a message says and what became of it. */
const maxChars = 1_000;

/**
 * Conversations as they were when this node changed messages of theirs last. Whoever appends behind such an end without reading is
 * right, or finds its place taken: whatever happens in a conversation is an entry, so that where nothing was appended nothing else has
 * changed. Good for the server that it was read from, as long as no connection was made since.
 */
export class KeptEnds {
  readonly #heads: Pick<LogHeads, 'get'>;
  /** Those used lately stand last. */
  readonly #kept = new Map<number, Kept>();

  /** Conversations. */
  get size(): number {
    return this.#kept.size;
  }

  constructor(heads: Pick<LogHeads, 'get'>) {
    this.#heads = heads;
  }

  /** All that these changes go by; undefined when some of it is to be read. */
  read(lots: readonly ChangeLot[], made: number): ReadConversations | undefined {
    const places = new Map<number, Place>();
    const ends = new Map<number, EndRow>();
    const messages = new Map<string, FoundRow>();
    for (const { conversation, changes } of lots) {
      const kept = this.#kept.get(conversation);
      if (kept === undefined || kept.made !== made) return undefined;
      // Messages have come since, as is known here.
      if ((this.#heads.get(conversation)?.seq ?? 0) > kept.end.seq) return undefined;
      for (const { change, work } of changes) {
        const message = kept.messages.get(change.target);
        if (message === undefined || work.reads !== undefined) return undefined;
        messages.set(placeKey(conversation, change.target), message);
      }
      places.set(conversation, kept.place);
      ends.set(conversation, kept.end);
    }
    return { places, ends, messages, reads: [] };
  }

  /** What was committed: the ends by then, and the messages. */
  keep(
    lots: readonly ChangeLot[],
    { places, messages }: ReadConversations,
    appended: ReadonlyMap<number, { end: EndRow; count: number }>,
    made: number,
  ): void {
    for (const { conversation, changes } of lots) {
      const before = this.#kept.get(conversation);
      this.#kept.delete(conversation);
      const [place, added] = [places.get(conversation), appended.get(conversation)];
      if (place === undefined || added === undefined) continue;
      const { end, count } = added;
      // What was kept of others is good as of this end only when nobody has appended between.
      const isNext = before !== undefined && before.made === made && before.end.seq === end.seq - count;
      const kept = isNext ? before.messages : new Map<number, FoundRow>();
      for (const { change } of changes) {
        const message = messages.get(placeKey(conversation, change.target));
        kept.delete(change.target);
        if (message !== undefined && charsOf(message) <= maxChars) kept.set(change.target, message);
      }
      for (const target of kept.keys()) {
        if (kept.size <= maxMessages) break;
        kept.delete(target);
      }
      this.#kept.set(conversation, { made, place, end, messages: kept });
    }
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= maxConversations) break;
      this.#kept.delete(oldest);
    }
  }

  drop(lots: readonly ChangeLot[]): void {
    for (const { conversation } of lots) this.#kept.delete(conversation);
  }
}

const charsOf = ({ text, state }: FoundRow): number => text.length + (state?.length ?? 0);
