import { isTransient } from '@berth/mysql';
import { BerthError } from '@berth/wire';
import type { Database } from '../stores/guarded-mysql.ts';
import { padded } from '../stores/statement-shapes.ts';
import { type MemberKey, memberKey } from './member-rows.ts';

export interface Marks {
  read: number;
  received: number;
}

/** Rows of one statement. */
const maxRows = 256;
/** Marks waiting at most. */
const maxWaiting = 50_000;
/** Of those that nobody waits for so many may gather in a pause. */
const maxQuiet = maxWaiting / 2;
/**
 * Between two rounds of marks that nobody waits for. Each statement is a commit, beside those of the messages that they are
 * about; and who goes on writing has one row in a round, not one for each message.
 */
const pauseMs = 250;

interface Waiting extends MemberKey, Marks {
  /** Undefined while nobody waits for it. */
  written: PromiseWithResolvers<void> | undefined;
}

/**
 * Moves the marks of members forward. Those that gather during one write are the next: the same member's are one row, and
 * one statement takes many. Marks that somebody waits for go at once, the others in rounds with a pause between them.
 */
export class MarkWriter {
  readonly #mysql: Database;
  /** Those that somebody waits for. */
  readonly #urgent = new Map<string, Waiting>();
  readonly #quiet = new Map<string, Waiting>();
  /** What is being written. */
  #writing = new Map<string, Waiting>();
  /** Of the quiet ones those that are left of the present round, which stand first. */
  #due = 0;
  /** Of one who wrote, while it waits: in a batch the messages of one sender often follow each other. */
  #latest: Waiting | undefined;
  #pause: NodeJS.Timeout | undefined;
  #working: Promise<void> | undefined;
  #wake: (() => void) | undefined;
  #closing = false;

  constructor(mysql: Database) {
    this.#mysql = mysql;
  }

  /** Marks that wait to be written. */
  get waiting(): number {
    return this.#urgent.size + this.#quiet.size + this.#writing.size;
  }

  /** Resolves once written. The user must be, or have been, a member. */
  async write(member: MemberKey, marks: Marks): Promise<void> {
    const waiting = this.#add(member, marks);
    if (waiting === undefined)
      throw new BerthError('unavailable', 'too many marks are waiting', { retryAfterMs: 1_000 });
    if (waiting.written === undefined) {
      const key = memberKey(member.conversation, member.user);
      waiting.written = Promise.withResolvers();
      if (this.#quiet.delete(key) && this.#due > 0) this.#due--;
      this.#urgent.set(key, waiting);
      this.#wake?.();
    }
    return waiting.written.promise;
  }

  /** Who writes a message has read what was there before it, so that one's own messages are never unread. */
  wrote(member: MemberKey, seq: number): void {
    const latest = this.#latest;
    if (latest?.conversation === member.conversation && latest.user === member.user) {
      latest.read = Math.max(latest.read, seq);
      latest.received = Math.max(latest.received, seq);
      return;
    }
    this.#latest = this.#add(member, { read: seq, received: seq });
    if (this.#quiet.size > maxQuiet) this.#wake?.();
  }

  /** The read mark that is on its way from this node; 0 when there is none. */
  pendingRead({ conversation, user }: MemberKey): number {
    if (this.waiting === 0) return 0;
    const key = memberKey(conversation, user);
    const marks = [this.#urgent.get(key), this.#quiet.get(key), this.#writing.get(key)];
    return Math.max(...marks.map((mark) => mark?.read ?? 0));
  }

  /** Undefined when too many wait. */
  #add({ conversation, user }: MemberKey, { read, received }: Marks): Waiting | undefined {
    const key = memberKey(conversation, user);
    let waiting = this.#urgent.get(key) ?? this.#quiet.get(key);
    if (waiting === undefined) {
      if (this.#urgent.size + this.#quiet.size >= maxWaiting) return undefined;
      waiting = { conversation, user, read, received, written: undefined };
      this.#quiet.set(key, waiting);
    }
    waiting.read = Math.max(waiting.read, read);
    waiting.received = Math.max(waiting.received, received);
    this.#working ??= this.#work();
    return waiting;
  }

  /** Resolves when nothing waits; from now on there are no pauses. */
  async drained(): Promise<void> {
    this.#closing = true;
    this.#wake?.();
    await this.#working;
    clearTimeout(this.#pause);
  }

  async #work(): Promise<void> {
    // What is asked for in this turn goes along.
    await Promise.resolve();
    while (this.#urgent.size + this.#quiet.size > 0) {
      const mayRound = this.#closing || this.#pause === undefined || this.#quiet.size > maxQuiet;
      if (this.#due === 0 && mayRound) this.#due = this.#quiet.size;
      if (this.#urgent.size + this.#due > 0) await this.#writeSome();
      else await this.#woken();
    }
    this.#working = undefined;
  }

  async #woken(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    await promise;
    this.#wake = undefined;
  }

  /** A statement: of a round that is under way at least the half, if there is so much. */
  async #writeSome(): Promise<void> {
    const urgent = this.#take(this.#urgent, this.#due > 0 ? maxRows / 2 : maxRows);
    const quiet = this.#take(this.#quiet, Math.min(this.#due, maxRows - urgent.length));
    this.#due -= quiet.length;
    if (this.#due === 0 && quiet.length > 0) this.#beginPause();
    const batch = [...urgent, ...quiet];
    try {
      await this.#store(batch);
      for (const { written } of batch) written?.resolve();
    } catch (error) {
      for (const { written } of batch) written?.reject(error);
    }
    this.#writing = new Map();
  }

  #take(from: Map<string, Waiting>, count: number): Waiting[] {
    const taken: Waiting[] = [];
    this.#latest = undefined;
    for (const [key, waiting] of from) {
      if (taken.length >= count) break;
      from.delete(key);
      this.#writing.set(key, waiting);
      taken.push(waiting);
    }
    return taken;
  }

  #beginPause(): void {
    clearTimeout(this.#pause);
    this.#pause = setTimeout(() => {
      this.#pause = undefined;
      this.#wake?.();
    }, pauseMs);
  }

  async #store(batch: Waiting[]): Promise<void> {
    // In one order, so that two nodes do not wait for each other.
    batch.sort((a, b) => a.conversation - b.conversation || a.user - b.user);
    const rows = padded(batch);
    const sql = `INSERT INTO members (conversation_id, user_id, read_seq, received_seq)
       VALUES ${Array(rows.length).fill('(?,?,?,?)').join(',')}
       ON DUPLICATE KEY UPDATE read_seq = GREATEST(read_seq, VALUES(read_seq)),
         received_seq = GREATEST(received_seq, VALUES(received_seq))`;
    const params = rows.flatMap(({ conversation, user, read, received }) => [
      ...[conversation, user, read, received],
    ]);
    try {
      await this.#mysql.run(sql, params);
    } catch (error) {
      if (!isTransient(error)) throw error;
      // Tries it a few times more.
      await this.#mysql.transaction((tx) => tx.run(sql, params));
    }
  }
}
