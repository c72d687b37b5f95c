import type { SpelledValue, Statement } from '@berth/mysql';
import { type AppendedEntry, type EndRow, entriesBehind, type NewEntry } from '../log/append-entries.ts';
import type { Outcome } from './change-work.ts';
import { type RowStatement, togetherOf } from './row-statements.ts';

/** A message as it is from now on. */
interface MessageWrite {
  conversation: number;
  seq: number;
  state: string;
  /** Undefined: as it was. */
  text: string | undefined;
  /** It has no attachments any more. */
  detached: boolean;
}

/** What changes of messages write, those of all their conversations together. */
export class ChangeWrites {
  /** By conversation, as they were read and then appended to. */
  readonly #ends: Map<number, EndRow>;
  readonly #entries: (AppendedEntry & { conversation: number })[] = [];
  /** By place: the last holds. */
  readonly #messages = new Map<string, MessageWrite>();
  /** Of each conversation the entry that changed a message of it last. */
  readonly #lasts = new Map<number, number>();
  readonly #more: (Statement | RowStatement)[] = [];
  #length = 0;

  constructor(ends: ReadonlyMap<number, EndRow>) {
    this.#ends = new Map(ends);
  }

  /** Of each conversation that was appended to the end by then, and how much was. */
  readonly appended = new Map<number, { end: EndRow; count: number }>();

  get isEmpty(): boolean {
    return this.#lasts.size === 0;
  }

  /** Characters of texts, about. */
  get length(): number {
    return this.#length;
  }

  /** Behind the end and what was appended before. It shows nothing there, so that it has the time of what stands before it. */
  append(conversation: number, entry: NewEntry): AppendedEntry {
    const { seq, uncounted, sent_at } = this.#ends.get(conversation)!;
    const end = { conversation_id: conversation, seq: seq + 1, uncounted: uncounted + 1, sent_at };
    this.#ends.set(conversation, end);
    this.appended.set(conversation, { end, count: (this.appended.get(conversation)?.count ?? 0) + 1 });
    const appended = { ...entry, seq: seq + 1, uncounted: uncounted + 1, sentAt: sent_at };
    this.#entries.push({ ...appended, conversation });
    return appended;
  }

  /** What becomes of a message by the entry `seq`. */
  change(
    { conversation, target }: { conversation: number; target: number },
    { text, also, released }: Outcome,
    state: string,
    seq: number,
  ): void {
    const key = `${conversation}:${target}`;
    const before = this.#messages.get(key)?.text;
    const detached = released !== undefined;
    this.#messages.set(key, { conversation, seq: target, state, text: text ?? before, detached });
    this.#length += state.length + (text?.length ?? 0);
    for (const write of also?.(seq) ?? []) {
      this.#more.push(write);
      for (const value of write.params ?? []) if (typeof value === 'string') this.#length += value.length;
    }
    this.#lasts.set(conversation, seq);
  }

  /**
   * First whatever locks the conversations, in the order of their ids, as everybody does who changes more than their logs; then the
   * entries: the key that they violate when somebody has appended meanwhile keeps all of it from being done.
   */
  statements(): Statement[] {
    return [
      changedBy([...this.#lasts].sort(([one], [other]) => one - other)),
      ...(this.#entries.length > 0
        ? [entriesBehind(this.#entries.toSorted((a, b) => a.conversation - b.conversation || a.seq - b.seq))]
        : []),
      ...messagesAs([...this.#messages.values()]),
      ...togetherOf(this.#more),
    ];
  }
}

function changedBy(lasts: readonly (readonly [conversation: number, seq: number])[]): Statement {
  const [[only, seq] = [], another] = lasts;
  if (only !== undefined && another === undefined)
    return { sql: 'UPDATE conversations SET changed_seq = ? WHERE id = ?', params: [seq!, only] };
  // Without the hint a small table is scanned, and the scan would wait for rows that are not in the list.
  return {
    sql: `UPDATE conversations FORCE INDEX (PRIMARY)
      SET changed_seq = CASE id ${lasts.map(() => 'WHEN ? THEN ?').join(' ')} ELSE changed_seq END
      WHERE id IN (${lasts.map(() => '?').join(', ')}) ORDER BY id`,
    params: [...lasts.flat(), ...lasts.map(([conversation]) => conversation)],
  };
}

/** Of many at a time a row is named by its key alone, which finds it: to find each by a statement of its own takes longer. */
function messagesAs(messages: readonly MessageWrite[]): Statement[] {
  const alike = Map.groupBy(
    messages,
    ({ text, detached }) =>
      `state = VALUES(state)${text === undefined ? '' : ', text = VALUES(text)'}${detached ? ', attachments = 0' : ''}`,
  );
  return [...alike].map(([set, rows]) => {
    const [first] = rows;
    if (rows.length === 1)
      return {
        sql: `UPDATE messages SET ${columnsOf(first!).join(', ')} WHERE conversation_id = ? AND seq = ?`,
        params: valuesOf(first!),
      };
    return {
      sql: `INSERT INTO messages (conversation_id, seq, sender_id, cid, sent_at, text, state)
        VALUES ${rows.map(() => "(?, ?, 0, '', 0, ?, ?)").join(', ')} ON DUPLICATE KEY UPDATE ${set}`,
      params: rows.flatMap(({ conversation, seq, text = '', state }) => [conversation, seq, text, state]),
    };
  });
}

const columnsOf = ({ text, detached }: MessageWrite): string[] => [
  'state = ?',
  ...(text === undefined ? [] : ['text = ?']),
  ...(detached ? ['attachments = 0'] : []),
];

const valuesOf = ({ conversation, seq, state, text }: MessageWrite): SpelledValue[] => [
  state,
  ...(text === undefined ? [] : [text]),
  conversation,
  seq,
];
