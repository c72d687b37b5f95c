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
/**
 * Between two writes of marks that nobody waits for: each is a commit, beside those of the messages that they are about. One
 * that somebody waits for ends the pause.
 */
const pauseMs = 250;

interface Waiting extends MemberKey, Marks {
  /** Undefined while nobody waits for it. */
  written: PromiseWithResolvers<void> | undefined;
}

/**
 * Moves the marks of members forward. Those that gather during one write are the next: the same member's are one row, and
 * one statement takes many.
 */
export class MarkWriter {
  readonly #mysql: Database;
  readonly #waiting = new Map<string, Waiting>();
  /** What is being written. */
  #writing = new Map<string, Waiting>();
  #working: Promise<void> | undefined;
  #endPause: (() => void) | undefined;
  #closing = false;

  constructor(mysql: Database) {
    this.#mysql = mysql;
  }

  /** Marks that wait to be written. */
  get waiting(): number {
    return this.#waiting.size + this.#writing.size;
  }

  /** Resolves once written. The user must be, or have been, a member. */
  async write(member: MemberKey, marks: Marks): Promise<void> {
    const waiting = this.#add(member, marks);
    if (waiting === undefined)
      throw new BerthError('unavailable', 'too many marks are waiting', { retryAfterMs: 1_000 });
    waiting.written ??= Promise.withResolvers();
    this.#endPause?.();
    return waiting.written.promise;
  }

  /** Who writes a message has read what was there before it, so that one's own messages are never unread. */
  wrote(member: MemberKey, seq: number): void {
    this.#add(member, { read: seq, received: seq });
  }

  /** The read mark that is on its way from this node; 0 when there is none. */
  pendingRead({ conversation, user }: MemberKey): number {
    if (this.#waiting.size + this.#writing.size === 0) return 0;
    const key = memberKey(conversation, user);
    return Math.max(this.#waiting.get(key)?.read ?? 0, this.#writing.get(key)?.read ?? 0);
  }

  /** Undefined when too many wait. */
  #add({ conversation, user }: MemberKey, { read, received }: Marks): Waiting | undefined {
    const key = memberKey(conversation, user);
    let waiting = this.#waiting.get(key);
    if (waiting === undefined) {
      if (this.#waiting.size >= maxWaiting) return undefined;
      waiting = { conversation, user, read, received, written: undefined };
      this.#waiting.set(key, waiting);
    }
    waiting.read = Math.max(waiting.read, read);
    waiting.received = Math.max(waiting.received, received);
    this.#working ??= this.#work();
    return waiting;
  }

  /** Resolves when nothing waits; from now on there are no pauses. */
  async drained(): Promise<void> {
    this.#closing = true;
    this.#endPause?.();
    await this.#working;
  }

  async #work(): Promise<void> {
    while (this.#waiting.size > 0) {
      this.#writing = new Map([...this.#waiting].slice(0, maxRows));
      for (const key of this.#writing.keys()) this.#waiting.delete(key);
      const batch = [...this.#writing.values()];
      try {
        await this.#store(batch);
        for (const { written } of batch) written?.resolve();
      } catch (error) {
        for (const { written } of batch) written?.reject(error);
      }
      this.#writing = new Map();
      if (this.#isUrgent()) continue;
      await this.#pause();
    }
    this.#working = undefined;
  }

  async #pause(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, pauseMs);
    this.#endPause = resolve;
    await promise;
    clearTimeout(timer);
    this.#endPause = undefined;
  }

  #isUrgent(): boolean {
    if (this.#closing || this.#waiting.size >= maxRows) return true;
    for (const { written } of this.#waiting.values()) if (written !== undefined) return true;
    return false;
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
