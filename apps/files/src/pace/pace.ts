import process from 'node:process';

export interface PaceOptions {
  /** Of one core: what all transfers together take of it, once there are several. */
  share: number;
  /** Milliseconds of CPU that this process has used so far, all its threads. Default: what the system says. */
  cpuMs?(): number;
  /** Default `performance.now`. */
  now?(): number;
}

/** One upload or download. */
export interface Lane {
  /** Calls `go` when it is the turn of so many bytes, at once when nothing has to wait. One at a time. */
  pass(bytes: number, go: () => void): void;
  /** It is over; what still waits for its turn goes now. */
  leave(): void;
}

interface Turn {
  bytes: number;
  go(): void;
}

/** Of CPU that is saved up while nothing moves: as much runs in one go, and others on the machine wait for that. */
const maxCreditMs = 1;
/** Of CPU that is owed, as after a sweep: no transfer stands still for long because of it. */
const maxDebtMs = 100;
/** A piece passes every so often whatever else the process does: 4,000 transfers each have a turn before their connections are cut. */
const leastEveryMs = 10;
/** In memory for all transfers together, about, and for one at least and at most. */
const pieces = { allBytes: 16 * 1_048_576, leastBytes: 16_384, mostBytes: 524_288 };
/** As long as nothing is known: 400 MB a second. */
const firstCostMs = 2.5e-6;
/** What was measured counts half after so many bytes. */
const rememberedBytes = 8 * 1_048_576;

/**
 * How fast bytes move while there are several transfers: as fast as a share of a core carries them, one transfer after the other in turn, so
 * that whatever else is on the machine answers as quickly as without them. What is not read yet waits at the clients. One alone is not held.
 */
export class Pace {
  readonly #share: number;
  readonly #cpuMs: () => number;
  readonly #now: () => number;
  readonly #turns = new Map<Lane, Turn>();
  #lanes = 0;
  #timer: NodeJS.Timeout | undefined;
  #creditMs = 0;
  /** Milliseconds of CPU that a byte costs. */
  #costMs = firstCostMs;
  #passed = 0;
  #passedAt = 0;
  #seen = { at: 0, cpuMs: 0 };

  constructor({ share, cpuMs = usedMs, now = () => performance.now() }: PaceOptions) {
    this.#share = share;
    this.#cpuMs = cpuMs;
    this.#now = now;
  }

  /** Transfers under way. */
  get transfers(): number {
    return this.#lanes;
  }

  /** Transfers that wait for their turn. */
  get waiting(): number {
    return this.#turns.size;
  }

  /** What one more is best read by: the more there are, the less of each lies in memory. */
  get pieceBytes(): number {
    const { allBytes, leastBytes, mostBytes } = pieces;
    return Math.max(leastBytes, Math.min(mostBytes, Math.floor(allBytes / (this.#lanes + 1))));
  }

  enter(): Lane {
    // What one alone has used is not held against two.
    if (++this.#lanes === 2) this.#begin();
    let isOver = false;
    const lane: Lane = {
      pass: (bytes, go) => {
        if (isOver) go();
        else if (this.#mayPass()) this.#pass({ bytes, go });
        else this.#wait(lane, { bytes, go });
      },
      leave: () => {
        if (isOver) return;
        isOver = true;
        this.#lanes--;
        const turn = this.#turns.get(lane);
        this.#turns.delete(lane);
        turn?.go();
        if (this.#lanes < 2) this.#serve();
      },
    };
    return lane;
  }

  /** A transfer that is one piece. */
  async turn<T>(bytes: number, work: () => Promise<T>): Promise<T> {
    const lane = this.enter();
    try {
      await new Promise<void>((go) => lane.pass(bytes, go));
      return await work();
    } finally {
      lane.leave();
    }
  }

  #mayPass(): boolean {
    if (this.#lanes < 2) return true;
    if (this.#turns.size > 0) return false;
    if (this.#now() - this.#seen.at >= 1) this.#look();
    return this.#creditMs > 0;
  }

  #wait(lane: Lane, turn: Turn): void {
    this.#turns.set(lane, turn);
    this.#timer ??= setTimeout(() => this.#tick(), 1);
  }

  #tick(): void {
    this.#timer = undefined;
    this.#look();
    this.#serve();
  }

  /** In the order of their coming, as far as the credit goes. */
  #serve(): void {
    for (const [lane, turn] of this.#turns) {
      const isDue = this.#creditMs > 0 || this.#now() - this.#passedAt >= leastEveryMs;
      if (this.#lanes >= 2 && !isDue) break;
      this.#turns.delete(lane);
      this.#pass(turn);
    }
    if (this.#turns.size > 0) this.#timer ??= setTimeout(() => this.#tick(), 1);
  }

  /** Its cost is an estimate until it is seen. */
  #pass({ bytes, go }: Turn): void {
    this.#passed += bytes;
    this.#passedAt = this.#now();
    this.#creditMs -= bytes * this.#costMs;
    go();
  }

  #begin(): void {
    this.#seen = { at: this.#now(), cpuMs: this.#cpuMs() };
    this.#creditMs = 0;
    this.#passed = 0;
    this.#passedAt = this.#seen.at;
  }

  /** Puts what was used in place of what it was taken for. */
  #look(): void {
    const seen = { at: this.#now(), cpuMs: this.#cpuMs() };
    const elapsed = seen.at - this.#seen.at;
    const used = seen.cpuMs - this.#seen.cpuMs;
    const credit = this.#creditMs + this.#passed * this.#costMs + this.#share * elapsed - used;
    this.#creditMs = Math.max(-maxDebtMs, Math.min(maxCreditMs, credit));
    const weight = this.#passed / (this.#passed + rememberedBytes);
    if (this.#passed > 0) this.#costMs += weight * (used / this.#passed - this.#costMs);
    this.#passed = 0;
    this.#seen = seen;
  }
}

function usedMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}
