import { BerthError, errorTable } from '@berth/wire';
import type { Clock } from './clock.ts';
import type { Saver } from './saver.ts';

/** Marks as they are kept: up to where a device has everything, and what the user has read but no node knows yet. */
interface SavedMarks {
  /** A device that has been told of all conversations once: what it hears of later is new. */
  settled: boolean;
  marks: [conversation: number, seq: number][];
  reads: [conversation: number, seq: number][];
}

export interface MarkPorts {
  clock: Clock;
  random: () => number;
  saver: Saver;
  key: string;
  /** Other tabs keep theirs under the same key. */
  isShared: boolean;
  /** Whether this tab tells what the device has; of several one does. */
  leads(): boolean;
  /** Sends a mark; rejects with BerthError. */
  send(body: { conversation: number; read?: number; received?: number }): Promise<unknown>;
}

const saveDelayMs = 1_000;
const receivedDelayMs = 1_000;
const readDelayMs = 200;
const retryDelayMs = 5_000;
const maxInFlight = 4;

/** This device's marks: kept in the storage, and told to the node, many changes at a time. */
export class Marks {
  readonly #ports: MarkPorts;
  readonly #marks = new Map<number, number>();
  readonly #untold = new Map<number, { read?: number; received?: number }>();
  readonly #telling = new Set<number>();
  /** What a node knows to be read. */
  readonly #told = new Map<number, number>();
  #settled = false;
  #online = false;
  #saveTimer: unknown;
  #tellTimer: { timer: unknown; at: number } | undefined;

  constructor(ports: MarkPorts) {
    this.#ports = ports;
  }

  async load(): Promise<void> {
    const saved = (await this.#ports.saver.read(this.#ports.key)) as SavedMarks | undefined;
    if (!saved) return;
    this.#settled = saved.settled;
    for (const [conversation, seq] of saved.marks) this.#marks.set(conversation, seq);
    for (const [conversation, read] of saved.reads) this.#untold.set(conversation, { read });
  }

  get settled(): boolean {
    return this.#settled;
  }

  settle(): void {
    this.#settled = true;
    this.#saveSoon();
  }

  get(conversation: number): number | undefined {
    return this.#marks.get(conversation);
  }

  all(): [conversation: number, seq: number][] {
    return [...this.#marks];
  }

  set(conversation: number, seq: number): void {
    this.#marks.set(conversation, seq);
    this.#saveSoon();
  }

  received(conversation: number, seq: number): void {
    if (this.#ports.leads()) this.#tell(conversation, { received: seq }, receivedDelayMs);
  }

  read(conversation: number, seq: number): void {
    this.#tell(conversation, { read: seq }, readDelayMs);
    this.#saveSoon();
  }

  online(online: boolean): void {
    this.#online = online;
    if (online && this.#untold.size > 0) this.#tellIn(readDelayMs);
  }

  save(): void {
    this.#ports.clock.clearTimeout(this.#saveTimer);
    this.#saveTimer = undefined;
    const reads = [...this.#untold].flatMap(([conversation, { read }]): [number, number][] =>
      read === undefined ? [] : [[conversation, read]],
    );
    const saved: SavedMarks = { settled: this.#settled, marks: this.all(), reads };
    const { saver, key, isShared } = this.#ports;
    if (isShared) saver.change(key, (kept) => this.#merge(saved, kept as SavedMarks | undefined));
    else saver.write(key, saved);
  }

  /** What another tab has kept stands beside what this one has; but for what it has told itself. */
  #merge(own: SavedMarks, kept: SavedMarks | undefined): SavedMarks {
    if (!kept) return own;
    const highest = (pairs: [number, number][]): [number, number][] => {
      const all = new Map<number, number>();
      for (const [conversation, seq] of pairs)
        all.set(conversation, Math.max(seq, all.get(conversation) ?? 0));
      return [...all];
    };
    const untold = kept.reads.filter(([conversation, seq]) => seq > (this.#told.get(conversation) ?? 0));
    return {
      settled: own.settled || kept.settled,
      marks: highest([...kept.marks, ...own.marks]),
      reads: highest([...untold, ...own.reads]),
    };
  }

  close(): void {
    if (this.#saveTimer !== undefined) this.save();
    if (this.#tellTimer) this.#ports.clock.clearTimeout(this.#tellTimer.timer);
  }

  #saveSoon(): void {
    this.#saveTimer ??= this.#ports.clock.setTimeout(() => this.save(), saveDelayMs);
  }

  #tell(conversation: number, news: { read?: number; received?: number }, delayMs: number): void {
    const untold = this.#untold.get(conversation) ?? {};
    this.#untold.set(conversation, {
      ...untold,
      ...(news.read !== undefined && { read: Math.max(untold.read ?? 0, news.read) }),
      ...(news.received !== undefined && { received: Math.max(untold.received ?? 0, news.received) }),
    });
    if (this.#online) this.#tellIn(delayMs);
  }

  #tellIn(delayMs: number): void {
    const { clock } = this.#ports;
    const at = clock.now() + delayMs;
    if (this.#tellTimer && this.#tellTimer.at <= at) return;
    if (this.#tellTimer) clock.clearTimeout(this.#tellTimer.timer);
    const timer = clock.setTimeout(() => {
      this.#tellTimer = undefined;
      this.#tellNow();
    }, delayMs);
    this.#tellTimer = { timer, at };
  }

  #tellNow(): void {
    for (const [conversation, news] of this.#untold) {
      if (!this.#online || this.#telling.size >= maxInFlight) return;
      if (this.#telling.has(conversation)) continue;
      this.#untold.delete(conversation);
      this.#telling.add(conversation);
      void this.#tellOne(conversation, news);
    }
  }

  async #tellOne(conversation: number, news: { read?: number; received?: number }): Promise<void> {
    let nextMs = 0;
    try {
      await this.#ports.send({ conversation, ...news });
      if (news.read !== undefined) {
        this.#told.set(conversation, Math.max(news.read, this.#told.get(conversation) ?? 0));
        this.#saveSoon();
      }
    } catch (error) {
      // One that cannot be set any more, say after leaving, is forgotten.
      if (!(error instanceof BerthError) || errorTable[error.code].retry) {
        this.#tell(conversation, news, retryDelayMs);
        nextMs = retryDelayMs * (0.5 + this.#ports.random());
      }
    }
    this.#telling.delete(conversation);
    if (this.#untold.size > 0 && this.#online) this.#tellIn(nextMs);
  }
}
