import type { ClientConnection } from '../session/client-connection.ts';

/** A frame that nobody waits for, and what is to be noted once it is written. */
export interface Push {
  frame: Uint8Array;
  written(): void;
}

interface Answer {
  frame: Uint8Array;
  /** Also called when the frame is dropped. */
  written: () => void;
}

export interface SpacedFramesOptions {
  connection: ClientConnection;
  /** Milliseconds between two writes, at least. */
  spacingMs: number;
  /** The next push; undefined: none now. It is made when it can be written, and made anew when an answer came first. */
  nextPush(): Promise<Push | undefined>;
  onFault(error: unknown): void;
  now?: () => number;
}

/** After pushes could not be made. */
const retryMs = 1_000;

/**
 * Writes one frame at a time to a client whose reader takes one of each read: what comes with it is lost, and what comes
 * after is misread. The answer to the log-in goes first, then answers to heartbeats, other answers, pushes. Answers are
 * as many as requests may be in flight; pushes are not kept here.
 */
export class SpacedFrames {
  readonly #options: SpacedFramesOptions;
  readonly #now: () => number;
  /** Answers to heartbeats, and to the log-in before them. */
  readonly #beats: Answer[] = [];
  readonly #answers: Answer[] = [];
  #isOpen = false;
  #hasPushes = false;
  #isBusy = false;
  #isStopped = false;
  /** A frame that is written before may be read together with the last one. */
  #nextAt = 0;
  #lastId = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: SpacedFramesOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  /** The answer to the log-in; nothing is written before it. */
  open(frame: Uint8Array, written: () => void): void {
    this.#beats.unshift({ frame, written });
    this.#isOpen = true;
    this.#hasPushes = true;
    this.#pump();
  }

  beat(frame: Uint8Array, written: () => void): void {
    this.#add(this.#beats, { frame, written });
  }

  answer(frame: Uint8Array, written: () => void): void {
    this.#add(this.#answers, { frame, written });
  }

  /** There may be something to push. */
  wake(): void {
    this.#hasPushes = true;
    this.#pump();
  }

  /** The client asks for what follows upon one of these: when that is what was written last, everything was read. */
  follows(ids: readonly number[]): void {
    if (!ids.includes(this.#lastId)) return;
    this.#nextAt = 0;
    this.#pump();
  }

  /** Drops what waits; answers with the milliseconds until one more frame may be written. */
  stop(): number {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    for (const { written } of [...this.#beats.splice(0), ...this.#answers.splice(0)]) written();
    return Math.max(0, this.#nextAt - this.#now());
  }

  #add(answers: Answer[], answer: Answer): void {
    if (this.#isStopped) answer.written();
    else answers.push(answer);
    this.#pump();
  }

  #pump(): void {
    if (!this.#isOpen || this.#isBusy || this.#isStopped) return;
    if (this.#beats.length + this.#answers.length === 0 && !this.#hasPushes) return;
    clearTimeout(this.#timer);
    const { connection, spacingMs } = this.#options;
    // Rounded up: a timer may be a fraction of a millisecond early.
    const waitMs = Math.ceil(this.#nextAt - this.#now());
    if (waitMs > 0 || connection.hasBacklog) {
      this.#timer = setTimeout(
        () => this.#pump(),
        Math.max(waitMs, connection.hasBacklog ? spacingMs : 0, 1),
      );
      return;
    }
    this.#isBusy = true;
    void this.#writeNext().finally(() => {
      this.#isBusy = false;
      this.#pump();
    });
  }

  async #writeNext(): Promise<void> {
    const answer = this.#beats.shift() ?? this.#answers.shift();
    if (answer !== undefined) return this.#write(answer);
    this.#hasPushes = false;
    try {
      const push = await this.#options.nextPush();
      if (push === undefined) return;
      this.#hasPushes = true;
      if (this.#beats.length + this.#answers.length === 0) await this.#write(push);
    } catch (error) {
      this.#options.onFault(error);
      setTimeout(() => this.wake(), retryMs);
    }
  }

  /** The space begins when the frame is on its way: queued ones are written at the end of the turn. */
  async #write({ frame, written }: Answer): Promise<void> {
    if (this.#isStopped) return;
    this.#options.connection.queue(frame);
    this.#lastId = (frame[0]! << 8) | frame[1]!;
    this.#nextAt = this.#now() + this.#options.spacingMs;
    written();
    await new Promise((resolve) => setImmediate(resolve));
    if (this.#nextAt > 0) this.#nextAt = this.#now() + this.#options.spacingMs;
  }
}
