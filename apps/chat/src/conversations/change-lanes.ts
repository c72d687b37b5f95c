import { setImmediate as turn } from 'node:timers/promises';
import { jittered } from '@berth/lifecycle';
import { BerthError } from '@berth/wire';
import { LaneOrder } from '../log/lane-order.ts';
import { type ChangeLot, type PendingChange, togetherWith } from './pending-changes.ts';

export interface ChangeLanesOptions {
  /** Those of many conversations in one transaction; tells what became of each but of those that are to be done alone. Never rejects. */
  together(lots: readonly ChangeLot[]): Promise<readonly ChangeLot[]>;
  /** Those of one conversation, under its lock. Never rejects. */
  alone(lot: ChangeLot): Promise<void>;
  /** Of conversations that go alone: so many at a time. */
  turns: { run(conversation: number, task: () => Promise<void>): Promise<void> };
}

/** Transactions at a time, each of many conversations; where many changes wait, one after the other. */
const lanes = 2;
const none: ReadonlySet<ChangeLot> = new Set();
/** Changes and conversations of one transaction at most. */
const maxChanges = 512;
const maxConversations = 64;
/** Changes that wait at most, and of one conversation: so many as may wait for a group in which everybody reacts at once. */
const maxWaiting = 20_000;
const maxOfConversation = 2_000;
/** One that waited longer is refused: who asked has given up, in milliseconds. */
const maxWaitMs = 15_000;

/**
 * Puts together what waits: while some changes are being committed those that come meanwhile gather, of whatever conversations; no
 * timer takes part. A conversation is in one transaction at a time, so that of one message each comes after what came before it.
 */
export class ChangeLanes {
  readonly #options: ChangeLanesOptions;
  /** By conversation; whose turn is next stands first. */
  readonly #waiting = new Map<number, PendingChange[]>();
  readonly #busy = new Set<number>();
  readonly #order = new LaneOrder();
  #count = 0;
  #running = 0;

  constructor(options: ChangeLanesOptions) {
    this.#options = options;
  }

  /** Changes that wait. */
  get waiting(): number {
    return this.#count;
  }

  /** Throws `unavailable` when too many wait. */
  push(pending: PendingChange): void {
    const { conversation } = pending.change;
    const queue = this.#waiting.get(conversation);
    if (this.#count >= maxWaiting || (queue?.length ?? 0) >= maxOfConversation) throw refusal();
    if (queue === undefined) this.#waiting.set(conversation, [pending]);
    else queue.push(pending);
    this.#count++;
    this.#begin();
  }

  #begin(): void {
    if (this.#running >= lanes || this.#waiting.size === 0) return;
    this.#running++;
    void this.#work();
  }

  async #work(): Promise<void> {
    // What else arrives in this turn of the event loop goes along.
    await turn();
    for (;;) {
      await this.#order.begin(this.#count);
      const lots = this.#take();
      const alone = lots.length === 0 ? none : new Set(await this.#options.together(lots));
      this.#order.end();
      if (lots.length === 0) break;
      for (const lot of lots) if (!alone.has(lot)) this.#busy.delete(lot.conversation);
      for (const lot of alone) void this.#goAlone(lot);
    }
    this.#running--;
  }

  async #goAlone(lot: ChangeLot): Promise<void> {
    const { turns, alone } = this.#options;
    try {
      await turns.run(lot.conversation, () => alone(lot));
    } catch (error) {
      for (const { done } of lot.changes) done.reject(error);
    }
    this.#busy.delete(lot.conversation);
    this.#begin();
  }

  /** Of each conversation that nobody is at work on what may be done in one go. */
  #take(): ChangeLot[] {
    const lots: ChangeLot[] = [];
    let changes = 0;
    const tooOld = performance.now() - maxWaitMs;
    for (const [conversation, queue] of this.#waiting) {
      if (changes >= maxChanges || lots.length >= maxConversations) break;
      if (this.#busy.has(conversation)) continue;
      while (queue.length > 0 && queue[0]!.since < tooOld) {
        queue.shift()!.done.reject(refusal());
        this.#count--;
      }
      this.#waiting.delete(conversation);
      const [first] = queue;
      if (first === undefined) continue;
      const together = togetherWith(first, queue);
      const taken = new Set(together);
      const left = together.length === queue.length ? [] : queue.filter((pending) => !taken.has(pending));
      // Behind those whose turn it is now.
      if (left.length > 0) this.#waiting.set(conversation, left);
      this.#busy.add(conversation);
      this.#count -= together.length;
      changes += together.length;
      lots.push({ conversation, changes: together });
    }
    return lots.sort((one, other) => one.conversation - other.conversation);
  }
}

const refusal = (): BerthError => new BerthError('unavailable', undefined, { retryAfterMs: jittered(1_000) });
