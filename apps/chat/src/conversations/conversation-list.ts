import type { Answers } from '@berth/wire';
import { CoalescingLoader } from '../stores/coalescing-loader.ts';
import type { ConversationReader } from './conversation-reader.ts';
import { formatCursor, parseCursor } from './cursor.ts';
import { fitting } from './frame-page.ts';
import type { Viewer } from './last-lines.ts';

/** A place in the list: the latest activity first, of two at once the higher id. */
interface Place {
  activity: number;
  conversation: number;
}

export interface ConversationListOptions {
  reader: ConversationReader;
  /** Places of remembered lists at most, over all users. Default 1,000,000 (about 50 MB). */
  maxPlaces?: number;
  /** Milliseconds that a list is remembered after its last page was read. Default 60 000. */
  keepMs?: number;
  now?: () => number;
}

/**
 * The conversations of a user, the latest first. The first page orders the whole list by the ends of the logs, which are
 * known where they have sessions on this node and are read of all others; the order is remembered for the pages that follow.
 */
export class ConversationList {
  readonly #reader: ConversationReader;
  readonly #maxPlaces: number;
  readonly #keepMs: number;
  readonly #now: () => number;
  /** The least recently read first. */
  readonly #orders = new Map<number, { places: Place[]; readAt: number }>();
  #places = 0;
  /** A long list costs many reads, so few are ordered at a time and those who ask for the same share one. */
  readonly #orderings = new CoalescingLoader<number, Place[]>({
    maxKeys: 1,
    parallel: 4,
    timeoutMs: 10_000,
    read: async ([user]) => new Map([[user!, await this.#order(user!)]]),
  });

  constructor(options: ConversationListOptions) {
    this.#reader = options.reader;
    this.#maxPlaces = options.maxPlaces ?? 1_000_000;
    this.#keepMs = options.keepMs ?? 60_000;
    this.#now = options.now ?? (() => performance.now());
  }

  /** Places of remembered lists. */
  get places(): number {
    return this.#places;
  }

  async page(viewer: Viewer, cursor: string | undefined, limit: number): Promise<Answers['conversations']> {
    const { user } = viewer;
    const after = parseCursor(cursor, 2);
    const places = (after && this.#remembered(user)) ?? (await this.#orderings.load(user))!;
    const start =
      after === undefined ? 0 : startAfter(places, { activity: after[0]!, conversation: after[1]! });
    const page = places.slice(start, start + limit);
    const summaries = await this.#reader.summaries(
      viewer,
      page.map(({ conversation }) => conversation),
    );
    const conversations = fitting(summaries);
    // Where the page was cut short the cursor stands at the last that is in it.
    const last =
      conversations.length < summaries.length
        ? page.find(({ conversation }) => conversation === conversations.at(-1)!.conversation)!
        : page.at(-1);
    const more = last !== undefined && last !== places.at(-1);
    return { conversations, ...(more && { cursor: formatCursor(last.activity, last.conversation) }) };
  }

  #remembered(user: number): Place[] | undefined {
    const order = this.#orders.get(user);
    if (order === undefined || this.#now() - order.readAt > this.#keepMs) return undefined;
    this.#remember(user, order.places);
    return order.places;
  }

  async #order(user: number): Promise<Place[]> {
    const list = await this.#reader.list(user);
    // One who has left does not learn from the order that others go on.
    const times = await this.#reader.lastTimes(
      list.filter(({ member }) => member).map(({ conversation }) => conversation),
    );
    const places = list.map(
      ({ conversation, joinedAt }): Place => ({
        conversation,
        activity: Math.max(times.get(conversation) ?? 0, joinedAt),
      }),
    );
    places.sort(compare);
    this.#remember(user, places);
    return places;
  }

  #remember(user: number, places: Place[]): void {
    this.#places += places.length - (this.#orders.get(user)?.places.length ?? 0);
    this.#orders.delete(user);
    this.#orders.set(user, { places, readAt: this.#now() });
    for (const [oldest, order] of this.#orders) {
      const stale = this.#now() - order.readAt > this.#keepMs;
      if (!stale && this.#places <= this.#maxPlaces) break;
      this.#orders.delete(oldest);
      this.#places -= order.places.length;
    }
  }
}

const compare = (a: Place, b: Place): number => b.activity - a.activity || b.conversation - a.conversation;

/** The first index behind `place`, which may have moved since. */
function startAfter(places: readonly Place[], place: Place): number {
  let [low, high] = [0, places.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compare(places[middle]!, place) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
