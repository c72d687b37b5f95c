import { Ledger } from './ledger.ts';
import type { Member } from './member.ts';
import { metrics, noteError } from './metrics.ts';
import { elapse, within } from './time.ts';

/** What is still on its way after the last message may take so long; at half of it everyone asks. */
const settleMs = 20_000;

interface Writing {
  seconds: number;
  perSecond: number;
  /** Who writes, in turn; indices of members. */
  writers: number[];
}

/** Members who write to each other, with books of what was acknowledged and who has it. */
export class Conversation {
  readonly #name: string;
  readonly #members: Member[];
  readonly #ledger: Ledger;
  readonly #dueAt = new Map<string, number>();
  #isWriting = false;

  /** `name` begins the ids of messages: at most 20 characters, of no other conversation. All members follow it already. */
  constructor(name: string, members: Member[]) {
    this.#name = name;
    this.#members = members;
    this.#ledger = new Ledger(members.length);
    members.forEach((member, receiver) => {
      member.onText = ({ cid }, how) => {
        if (this.#ledger.hear(receiver, cid) !== 'new') return;
        metrics.berth_delivered.add(1);
        metrics.berth_delivery_ms.add(Date.now() - this.#dueAt.get(cid)!);
        if (how === 'synced') metrics.berth_synced.add(1);
      };
    });
  }

  get isWriting(): boolean {
    return this.#isWriting;
  }

  /** Open loop: a message is due when it is due, however long those before take, and is timed from then. */
  async write({ seconds, perSecond, writers }: Writing): Promise<void> {
    this.#isWriting = true;
    const periodMs = 1_000 / perSecond;
    // Conversations that begin together do not write at the same instant.
    const startAt = Date.now() + Math.random() * periodMs;
    const count = Math.max(1, Math.round(seconds * perSecond));
    for (let number = 0; number < count; number++) {
      const dueAt = startAt + number * periodMs;
      const waitMs = dueAt - Date.now();
      if (waitMs > 0) await elapse(waitMs);
      this.#send(writers[number % writers.length]!, `${this.#name}-${number}`, dueAt);
    }
    this.#isWriting = false;
  }

  /** Waits until all is acknowledged and with everybody, and counts what is not. */
  async settle(): Promise<void> {
    const complete = new Promise<void>((resolve) => this.#ledger.whenComplete(resolve));
    await this.#wait(complete);
    if (!this.#ledger.isComplete) {
      await Promise.allSettled(
        this.#members.filter((_, index) => this.#ledger.lacks(index)).map((member) => member.catchUp()),
      );
      await this.#wait(complete);
    }
    const { owed, lost, disordered, unanswered } = this.#ledger.judge();
    metrics.berth_judged.add(owed);
    metrics.berth_lost.add(lost);
    metrics.berth_disordered.add(disordered);
    metrics.berth_unanswered.add(unanswered);
    metrics.berth_conversations.add(1);
    if (lost + disordered + unanswered > 0)
      console.error(
        `${this.#name}: ${lost} lost, ${disordered} out of order, ${unanswered} unanswered of ${owed} deliveries`,
      );
  }

  /** A timer that is left behind would keep the virtual user there. */
  async #wait(complete: Promise<void>): Promise<void> {
    await within(settleMs / 2, 'the last deliveries', complete).catch(() => {});
  }

  #send(writer: number, cid: string, dueAt: number): void {
    this.#dueAt.set(cid, dueAt);
    this.#ledger.send(writer, cid);
    metrics.berth_sent.add(1);
    this.#members[writer]!.send(cid, `message ${cid} of a load run`).then(
      (seq) => {
        const outcome = this.#ledger.acknowledge(cid, seq);
        if (outcome === 'doubled') metrics.berth_doubled.add(1);
        if (outcome !== 'new') return;
        metrics.berth_acknowledged.add(1);
        metrics.berth_owed.add(this.#ledger.others);
        metrics.berth_ack_ms.add(Date.now() - dueAt);
      },
      (error) => noteError('send', error),
    );
  }
}
