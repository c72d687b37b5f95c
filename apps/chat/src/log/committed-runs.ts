import type { Standing } from '../membership/standing.ts';
import type { CommittedEntry, CommittedRun } from './publisher.ts';

/** Who is in a conversation, as of whoever wrote there. */
type Membership = Pick<Standing, 'membersVersion' | 'direct'>;

/** Bytes of frames in one run at most, unless a single one is longer. */
const maxRunBytes = 65_536;

/** Puts what a batch brought together again: what stands one behind the other in a conversation is handed on as one. */
export class CommittedRuns {
  readonly #deliver: (run: CommittedRun) => void;
  #conversation = 0;
  #standing: Membership | undefined;
  #serverRun = 0;
  #entries: CommittedEntry[] = [];
  #bytes = 0;

  constructor(deliver: (run: CommittedRun) => void) {
    this.#deliver = deliver;
  }

  /** `standing`: of the sender. */
  add(conversation: number, standing: Membership, serverRun: number, entry: CommittedEntry): void {
    const last = this.#entries.at(-1);
    const follows =
      last !== undefined &&
      conversation === this.#conversation &&
      entry.seq === last.seq + 1 &&
      serverRun === this.#serverRun &&
      standing.membersVersion === this.#standing!.membersVersion &&
      this.#bytes + entry.frame.length <= maxRunBytes;
    if (!follows) this.end();
    this.#conversation = conversation;
    this.#standing = standing;
    this.#serverRun = serverRun;
    this.#entries.push(entry);
    this.#bytes += entry.frame.length;
  }

  /** Nothing follows. */
  end(): void {
    if (this.#entries.length === 0) return;
    const { membersVersion, direct } = this.#standing!;
    const entries = this.#entries;
    this.#entries = [];
    this.#bytes = 0;
    this.#deliver({
      conversation: this.#conversation,
      membersVersion,
      serverRun: this.#serverRun,
      direct,
      entries,
    });
  }
}
