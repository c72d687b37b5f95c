/** What a message came to. */
interface Sent {
  sender: number;
  seq?: number;
  /** Who has it: receivers by their index. */
  heardBy: Set<number>;
}

export interface Verdict {
  /** Deliveries that acknowledged messages were owed. */
  owed: number;
  /** Of these, the ones that never came. */
  lost: number;
  disordered: number;
  unanswered: number;
}

/** The books of one conversation: who sent what, what was acknowledged, and who has it. Members go by their index. */
export class Ledger {
  readonly #members: number;
  readonly #sent = new Map<string, Sent>();
  /** Of each member: messages of others that were acknowledged and have not come. */
  readonly #missing: Set<string>[];
  #waiting = 0;
  #watcher: (() => void) | undefined;

  constructor(members: number) {
    this.#members = members;
    this.#missing = Array.from({ length: members }, () => new Set());
  }

  get others(): number {
    return this.#members - 1;
  }

  send(sender: number, cid: string): void {
    this.#sent.set(cid, { sender, heardBy: new Set() });
    this.#waiting++;
  }

  /** Answers whether it is another number than the first. */
  acknowledge(cid: string, seq: number): 'new' | 'again' | 'doubled' {
    const sent = this.#sent.get(cid)!;
    const known = sent.seq;
    if (known !== undefined) return known === seq ? 'again' : 'doubled';
    sent.seq = seq;
    this.#waiting--;
    for (let member = 0; member < this.#members; member++)
      if (member !== sent.sender && !sent.heardBy.has(member)) this.#missing[member]!.add(cid);
    this.#look();
    return 'new';
  }

  /** A message that `receiver` was shown; `foreign` when it is not of this run. */
  hear(receiver: number, cid: string): 'new' | 'again' | 'foreign' {
    const sent = this.#sent.get(cid);
    if (!sent || sent.sender === receiver) return 'foreign';
    if (sent.heardBy.has(receiver)) return 'again';
    sent.heardBy.add(receiver);
    this.#missing[receiver]!.delete(cid);
    this.#look();
    return 'new';
  }

  /** Whether `member` lacks something that was acknowledged. */
  lacks(member: number): boolean {
    return this.#missing[member]!.size > 0;
  }

  get isComplete(): boolean {
    return this.#waiting === 0 && this.#missing.every((missing) => missing.size === 0);
  }

  /** Calls `done` once everything sent is acknowledged and with everybody. */
  whenComplete(done: () => void): void {
    this.#watcher = done;
    this.#look();
  }

  judge(): Verdict {
    const verdict = { owed: 0, lost: 0, disordered: 0, unanswered: this.#waiting };
    const last = new Map<number, number>();
    for (const { sender, seq } of this.#sent.values()) {
      if (seq === undefined) continue;
      verdict.owed += this.others;
      if (seq <= (last.get(sender) ?? 0)) verdict.disordered++;
      last.set(sender, seq);
    }
    for (const missing of this.#missing) verdict.lost += missing.size;
    return verdict;
  }

  #look(): void {
    if (!this.#watcher || !this.isComplete) return;
    this.#watcher();
    this.#watcher = undefined;
  }
}
