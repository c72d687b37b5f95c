import { BerthError } from '@berth/wire';

/** Whom marks belong to; a session. */
interface Owner {
  readonly user: number;
}

interface Partial {
  marks: Map<number, number>;
  startedMs: number;
}

export interface PartialResumesOptions {
  /** Marks of all frames of one user's resumes at most. Default 100,000: more conversations than anyone has. */
  maxOfUser?: number;
  /** Marks of all unfinished resumes of the process at most, some 64 bytes each. Default 500,000. */
  maxTotal?: number;
  /** An unfinished resume is given up after this. Default 10,000. */
  timeoutMs?: number;
}

/**
 * Marks of resumes whose last frame has not come. Nobody is answered for them before, so they are counted: by user, so that
 * more sessions give no more room, and in all; and they are given up when the rest does not come soon.
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

  /** Marks kept now. */
  get size(): number {
    return this.#total;
  }

  /**
   * Adds the marks of a frame, and answers with all of the resume when it was the last one. Throws `limit_reached` when they
   * are too many for a user, `busy` when they are too many for the process; the resume has to begin again then.
   */
  add(
    owner: Owner,
    marks: readonly (readonly [conversation: number, seq: number])[],
    isLast: boolean,
    nowMs: number,
  ): Map<number, number> | undefined {
    this.#forgetOld(nowMs);
    const partial = this.#partials.get(owner);
    if (isLast && partial === undefined) return new Map(marks);
    const kept = partial ?? { marks: new Map<number, number>(), startedMs: nowMs };
    const before = kept.marks.size;
    for (const [conversation, seq] of marks) kept.marks.set(conversation, seq);
    this.#partials.set(owner, kept);
    this.#count(owner, kept.marks.size - before);
    if (isLast) {
      this.forget(owner);
      return kept.marks;
    }
    if (this.#ofUser.get(owner.user)! > this.#maxOfUser) {
      this.forget(owner);
      throw new BerthError('limit_reached', `A resume has at most ${this.#maxOfUser} marks.`);
    }
    if (this.#total > this.#maxTotal) {
      this.forget(owner);
      throw new BerthError('unavailable', undefined, { retryAfterMs: this.#timeoutMs });
    }
    return undefined;
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
