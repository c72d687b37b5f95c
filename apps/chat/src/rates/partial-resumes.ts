import { BerthError } from '@berth/wire';

/** Whom marks belong to; a session. */
interface Owner {
  readonly user: number;
}

interface Partial {
  marks: Map<number, number>;
  startedMs: number;
}

/** The marks of a resume that is whole. They count until it is answered. */
export interface WholeResume {
  readonly marks: ReadonlyMap<number, number>;
  answered(): void;
}

export interface PartialResumesOptions {
  /** Marks of all resumes of one user at most that are not answered. Default 100,000: more conversations than anyone has. */
  maxOfUser?: number;
  /** The same of the process, some 200 bytes each. Default 500,000. */
  maxTotal?: number;
  /** An unfinished resume is given up after this. Default 10,000. */
  timeoutMs?: number;
}

/**
 * Marks of resumes that are not answered: their last frame has not come, or they are being worked on. They are many from few
 * bytes, so they are counted: by user, so that more sessions give no more room, and in all. Those whose rest does not come
 * soon are given up.
 */
export class PartialResumes {
  readonly #maxOfUser: number;
  readonly #maxTotal: number;
  readonly #timeoutMs: number;
  /** The one begun first stands first. */
  readonly #partials = new Map<Owner, Partial>();
  readonly #ofUser = new Map<number, number>();
  #total = 0;

  constructor({ maxOfUser = 100_000, maxTotal = 500_000, timeoutMs = 10_000 }: PartialResumesOptions = {}) {
    this.#maxOfUser = maxOfUser;
    this.#maxTotal = maxTotal;
    this.#timeoutMs = timeoutMs;
  }

  /** Marks kept now, also of those that are being answered. */
  get size(): number {
    return this.#total;
  }

  /**
   * Adds the marks of a frame; the whole resume when it was the last one. Throws `limit_reached` when they are too many for a
   * user, `unavailable` when they are too many for the process; the resume has to begin again then.
   */
  add(
    owner: Owner,
    marks: readonly (readonly [conversation: number, seq: number])[],
    isLast: boolean,
    nowMs: number,
  ): WholeResume | undefined {
    this.#forgetOld(nowMs);
    const partial = this.#partials.get(owner);
    const kept = partial ?? { marks: new Map<number, number>(), startedMs: nowMs };
    const before = kept.marks.size;
    for (const [conversation, seq] of marks) kept.marks.set(conversation, seq);
    this.#partials.set(owner, kept);
    this.#count(owner, kept.marks.size - before);
    if (this.#ofUser.get(owner.user)! > this.#maxOfUser) {
      this.forget(owner);
      throw new BerthError('limit_reached', `A resume has at most ${this.#maxOfUser} marks.`);
    }
    if (this.#total > this.#maxTotal) {
      this.forget(owner);
      throw new BerthError('unavailable', undefined, { retryAfterMs: this.#timeoutMs });
    }
    if (!isLast) return undefined;
    // From here on it is not the session's end that ends it, but its answer.
    this.#partials.delete(owner);
    return { marks: kept.marks, answered: () => this.#count(owner, -kept.marks.size) };
  }

  /** The session is over, or its resume is. */
  forget(owner: Owner): void {
    const partial = this.#partials.get(owner);
    if (partial === undefined) return;
    this.#partials.delete(owner);
    this.#count(owner, -partial.marks.size);
  }

  #forgetOld(nowMs: number): void {
    for (const [owner, { startedMs }] of this.#partials) {
      if (nowMs - startedMs < this.#timeoutMs) return;
      this.forget(owner);
    }
  }

  #count({ user }: Owner, difference: number): void {
    this.#total += difference;
    const ofUser = (this.#ofUser.get(user) ?? 0) + difference;
    if (ofUser === 0) this.#ofUser.delete(user);
    else this.#ofUser.set(user, ofUser);
  }
}
