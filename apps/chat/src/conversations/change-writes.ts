import type { Statement } from '@berth/mysql';
import { type AppendedEntry, changesBehind, type EndRow, type NewEntry } from '../log/append-entries.ts';
import type { Outcome } from './change-work.ts';

/** What changes of one conversation's messages write, together. */
export class ChangeWrites {
  readonly #conversation: number;
  readonly #entries: AppendedEntry[] = [];
  /** By the message: the last holds. */
  readonly #messages = new Map<number, Statement>();
  readonly #more: Statement[] = [];
  #end: EndRow | undefined;
  #last = 0;

  /** `end`: of the log, as it was read. */
  constructor(conversation: number, end: EndRow | undefined) {
    this.#conversation = conversation;
    this.#end = end;
  }

  get isEmpty(): boolean {
    return this.#last === 0;
  }

  /** Behind the end and what was appended before. It shows nothing there, so that it has the time of what stands before it. */
  append(entry: NewEntry): AppendedEntry {
    const { seq, uncounted, sent_at: sentAt } = this.#end!;
    const appended = { ...entry, seq: seq + 1, uncounted: uncounted + 1, sentAt };
    this.#end = { seq: seq + 1, uncounted: uncounted + 1, sent_at: sentAt };
    this.#entries.push(appended);
    return appended;
  }

  /** What becomes of a message by the entry `seq`. */
  change(target: number, { text, also, released }: Outcome, state: string, seq: number): void {
    const set = ['state = ?', ...(text === undefined ? [] : ['text = ?'])];
    if (released !== undefined) set.push('attachments = 0');
    this.#messages.set(target, {
      sql: `UPDATE messages SET ${set.join(', ')} WHERE conversation_id = ? AND seq = ?`,
      params: [state, ...(text === undefined ? [] : [text]), this.#conversation, target],
    });
    this.#more.push(...(also?.(seq) ?? []));
    this.#last = seq;
  }

  /** The entries first: the key that they violate when somebody appends meanwhile keeps all of it from being done. */
  statements(): Statement[] {
    return [
      ...(this.#entries.length > 0 ? [changesBehind(this.#conversation, this.#entries)] : []),
      ...this.#messages.values(),
      {
        sql: 'UPDATE conversations SET changed_seq = ? WHERE id = ?',
        params: [this.#last, this.#conversation],
      },
      ...this.#more,
    ];
  }
}
