import type { Database } from '../stores/guarded-mysql.ts';
import { marks, padded } from '../stores/statement-shapes.ts';
import type { LogEnd } from './log-ends.ts';

/** Milliseconds between two writes; a conversation that goes on and on is written once in it. */
const writeEveryMs = 5_000;
/** Rows of one statement, and hints that wait at most: what is forgotten is found again. */
const maxRows = 256;
const maxWaiting = 20_000;

/**
 * Writes down where readers found the ends of logs, so that the next reader need not go far. Nobody waits for it, and
 * nothing depends on it.
 */
export class LogHints {
  readonly #mysql: Database;
  readonly #waiting = new Map<number, LogEnd>();
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> | undefined;

  constructor(mysql: Database) {
    this.#mysql = mysql;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  note(conversation: number, end: LogEnd): void {
    if (this.#waiting.size >= maxWaiting && !this.#waiting.has(conversation)) return;
    this.#waiting.set(conversation, end);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#writing = this.#write();
    }, writeEveryMs).unref();
  }

  /** Writes what waits. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#writing;
    await this.#write();
  }

  async #write(): Promise<void> {
    const ends = [...this.#waiting].sort(([a], [b]) => a - b);
    this.#waiting.clear();
    try {
      for (let start = 0; start < ends.length; start += maxRows) {
        await this.#store(padded(ends.slice(start, start + maxRows)));
      }
    } catch {
      // The server is away, or somebody holds the rows: whoever reads these ends again notes them again.
    }
  }

  /** Forward only. The ids are in order, so that INTERVAL() finds the values of a row by halving. */
  async #store(ends: readonly [number, LogEnd][]): Promise<void> {
    const list = marks(ends.length);
    const ids = ends.map(([id]) => id);
    const value = `CAST(ELT(INTERVAL(id, ${list}), ${list}) AS UNSIGNED)`;
    const values = (of: (end: LogEnd) => number) => [...ids, ...ends.map(([, end]) => of(end))];
    const seqs = values(({ seq }) => seq);
    await this.#mysql.run(
      `UPDATE conversations FORCE INDEX (PRIMARY)
       SET hint_at = IF(${value} > hint_seq, ${value}, hint_at),
         hint_uncounted = IF(${value} > hint_seq, ${value}, hint_uncounted),
         hint_seq = GREATEST(hint_seq, ${value})
       WHERE id IN (${list})`,
      [...seqs, ...values(({ at }) => at), ...seqs, ...values(({ uncounted }) => uncounted), ...seqs, ...ids],
    );
  }
}
