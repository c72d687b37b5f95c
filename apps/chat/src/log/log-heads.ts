import type { LogEnd } from './log-ends.ts';

/** The last entry of a log that is known to be committed, and who its members are by then. */
export type LogHead = Pick<LogEnd, 'seq' | 'uncounted' | 'membersVersion'>;

/** What another node says that it has committed. */
export interface HeardEntry extends LogHead {
  conversation: number;
  serverRun: number;
}

/** About 80 bytes each. */
const maxHeads = 250_000;

/**
 * Where logs end, as far as this node knows: from what it committed, from what other nodes delivered, and read from the log
 * when it knows nothing. Whoever appends behind a head must know that the head is committed, on the server that it writes
 * to: so what was learned is good for one run of one server and for as long as no connection to it was lost. A head that is
 * behind does no harm, since the next seq is taken then; one ahead of the log would leave a hole.
 */
export class LogHeads {
  /** The least recently learned first. */
  readonly #heads = new Map<number, LogHead>();
  #round = 0;
  #serverRun = 0;

  /** Changes when everything was forgotten: what was asked for before is not to be learned any more. */
  get round(): number {
    return this.#round;
  }

  /** The run of the server that is written to; 0 while it is not known. */
  get serverRun(): number {
    return this.#serverRun;
  }

  get size(): number {
    return this.#heads.size;
  }

  get(conversation: number): LogHead | undefined {
    return this.#heads.get(conversation);
  }

  learn(conversation: number, head: LogHead): void {
    const known = this.#heads.get(conversation);
    if (known !== undefined && known.seq > head.seq) return;
    this.#heads.delete(conversation);
    this.#heads.set(conversation, head);
    if (this.#heads.size > maxHeads) this.#heads.delete(this.#heads.keys().next().value!);
  }

  /** Another node delivered an entry that it has committed. */
  heard({ conversation, seq, uncounted, membersVersion, serverRun }: HeardEntry): void {
    if (serverRun === 0 || serverRun !== this.#serverRun) return;
    this.learn(conversation, { seq, uncounted, membersVersion });
  }

  forget(conversation: number): void {
    this.#heads.delete(conversation);
  }

  /** A connection was lost, or one was made: to this run of a server, 0 when that is not known. */
  forgetAll(serverRun: number): void {
    this.#heads.clear();
    this.#round++;
    this.#serverRun = serverRun;
  }
}
