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

interface Waiting extends MemberKey, Marks {
  written: PromiseWithResolvers<void>;
}

/**
 * Moves the marks of members forward. Those that gather during one write are the next: the same member's are one row, and
 * one statement takes many.
 */
export class MarkWriter {
  readonly #mysql: Database;
  readonly #waiting = new Map<string, Waiting>();
  #working: Promise<void> | undefined;

  constructor(mysql: Database) {
    this.#mysql = mysql;
  }

  /** Resolves once written. The user must be, or have been, a member. */
  async write(member: MemberKey, marks: Marks): Promise<void> {
    const waiting = this.#add(member, marks);
    if (waiting === undefined)
      throw new BerthError('unavailable', 'too many marks are waiting', { retryAfterMs: 1_000 });
    return waiting.written.promise;
  }

  /** Who writes a message has read what was there before it, so that one's own messages are never unread. */
  wrote(member: MemberKey, seq: number): void {
    this.#add(member, { read: seq, received: seq });
  }

  /** Undefined when too many wait. */
  #add({ conversation, user }: MemberKey, { read, received }: Marks): Waiting | undefined {
    const key = memberKey(conversation, user);
    let waiting = this.#waiting.get(key);
    if (waiting === undefined) {
      if (this.#waiting.size >= maxWaiting) return undefined;
      waiting = { conversation, user, read, received, written: Promise.withResolvers() };
      // Nobody may be waiting for it.
      waiting.written.promise.catch(() => {});
      this.#waiting.set(key, waiting);
    }
    waiting.read = Math.max(waiting.read, read);
    waiting.received = Math.max(waiting.received, received);
    this.#working ??= this.#work();
    return waiting;
  }

  /** Resolves when nothing waits. */
  async drained(): Promise<void> {
    await this.#working;
  }

  async #work(): Promise<void> {
    while (this.#waiting.size > 0) {
      const batch = [...this.#waiting.values()].slice(0, maxRows);
      for (const { conversation, user } of batch) this.#waiting.delete(memberKey(conversation, user));
      try {
        await this.#store(batch);
        for (const { written } of batch) written.resolve();
      } catch (error) {
        for (const { written } of batch) written.reject(error);
      }
    }
    this.#working = undefined;
  }

  async #store(batch: Waiting[]): Promise<void> {
    // In one order, so that two nodes do not wait for each other.
    batch.sort((a, b) => a.conversation - b.conversation || a.user - b.user);
    const rows = padded(batch);
    await this.#mysql.transaction((tx) =>
      tx.run(
        `INSERT INTO members (conversation_id, user_id, read_seq, received_seq)
         VALUES ${Array(rows.length).fill('(?,?,?,?)').join(',')}
         ON DUPLICATE KEY UPDATE read_seq = GREATEST(read_seq, VALUES(read_seq)),
           received_seq = GREATEST(received_seq, VALUES(received_seq))`,
        rows.flatMap(({ conversation, user, read, received }) => [conversation, user, read, received]),
      ),
    );
  }
}
