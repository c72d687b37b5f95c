/** A thread as 1026 lists it. */
export interface ListedThread {
  thread: number;
  peer: number;
}

/** Threads of one 1026. */
const pageSize = 10;

/**
 * Whom and what one old client was told of. It knows people from 1006, 1014 and 1015 only and threads from 1026, 1014,
 * 1015 and 1028 only, and fails on any other.
 */
export class ToldPeople {
  /** Those of 1006, with the thread of the two: 1026 lists nobody else. */
  readonly #first = new Map<number, number>();
  /** Those of 1006, 1014 and 1015. */
  readonly #people = new Set<number>();
  readonly #ended = new Set<number>();
  readonly #threads = new Set<number>();
  #isListed = false;
  #isCut = false;

  /** There are friends whom 1006 had no room for. */
  get isCut(): boolean {
    return this.#isCut;
  }

  /** A 1026 was answered: from now on threads are what the client looks at. */
  get isListed(): boolean {
    return this.#isListed;
  }

  /** The `friend_list` of 1006. */
  begin(friends: readonly { id: number; conversation: number }[], isCut = false): void {
    this.#isCut = isCut;
    for (const { id, conversation } of friends) {
      this.#first.set(id, conversation);
      this.#people.add(id);
    }
  }

  knows(user: number): boolean {
    return this.#people.has(user);
  }

  hasThread(conversation: number): boolean {
    return this.#threads.has(conversation);
  }

  /** By 1014 or 1015. False when the client knew the person: it passes over the rest, the thread included. */
  meet(user: number, conversation: number): boolean {
    this.#ended.delete(user);
    if (this.#people.has(user)) return false;
    this.#people.add(user);
    this.#threads.add(conversation);
    return true;
  }

  /** By 1028. */
  open(conversation: number): void {
    this.#threads.add(conversation);
  }

  /** The friendship is over; the client was not told, since it has no frame for that. */
  end(user: number): void {
    this.#ended.add(user);
  }

  hasEnded(user: number): boolean {
    return this.#ended.has(user);
  }

  /**
   * The next threads by id. The first page of a session begins at the beginning, whatever the client has seen: it keeps
   * the number over a log-out.
   */
  list(after: number): { threads: ListedThread[]; more: boolean } {
    const from = this.#isListed ? after : 0;
    const above = [...this.#first]
      .map(([peer, thread]) => ({ peer, thread }))
      .filter(({ peer, thread }) => thread > from && !this.#ended.has(peer))
      .sort((a, b) => a.thread - b.thread);
    const threads = above.slice(0, pageSize);
    this.#isListed = true;
    for (const { thread } of threads) this.#threads.add(thread);
    return { threads, more: above.length > threads.length };
  }
}
