import { isServerError, type Statement, type Tx } from '@berth/mysql';
import { BerthError, type EntryDetails } from '@berth/wire';
import {
  type AppendedEntry,
  appendEntries,
  type EndRow,
  endsSelect,
  type NewEntry,
} from '../log/append-entries.ts';
import { duplicateEntryOf } from '../log/duplicate-entry.ts';
import type { LogHeads } from '../log/log-heads.ts';
import type { MessageState } from '../log/message-state.ts';
import { placeKey } from '../log/range-reader.ts';
import { directOf } from '../membership/conversation-rows.ts';
import type { Database } from '../stores/guarded-mysql.ts';
import { marks } from '../stores/statement-shapes.ts';
import type { ChangeJudge, FoundRow, Judged, Place } from './change-judge.ts';
import type { CommittedChange } from './change-work.ts';
import { ChangeWrites } from './change-writes.ts';
import { KeptEnds, type ReadConversations } from './kept-ends.ts';
import { readKnownChanges } from './known-changes.ts';
import type { ChangeLot, PendingChange } from './pending-changes.ts';

/** What became of a change; without an entry nothing had to change. */
type Settled =
  | { entry?: AppendedEntry; row: Place; released?: NonNullable<CommittedChange['released']> }
  | { refusal: BerthError };

/** Changes and what became of each, in the order of their entries where they have new ones. */
export type SettledChanges = ReadonlyMap<PendingChange, Settled>;

export interface ChangeTransactionsOptions {
  mysql: Database;
  judge: ChangeJudge;
  heads: Pick<LogHeads, 'get'>;
  /** Once they are committed. */
  tell(settled: SettledChanges): void;
}

/**
 * `kept`: as `together`, behind the ends that are remembered, without reading them. `together`: of many conversations, without a lock, behind the ends of their logs as they were read; whoever appends meanwhile keeps
 * all of it from being done. `locked`: under the conversation's lock, so that only messages may come between. `careful`, of one alone:
 * whether it is stored is asked first, and whoever appends meanwhile is waited for.
 */
type Way = 'kept' | 'together' | 'locked' | 'careful';

/** What is remembered does not do. */
class NotKept extends Error {}

/** What it writes is too long for one piece, and nothing of it was done. */
class TooLong extends Error {}

/**
 * Characters of texts that close one transaction, unless they are those of a single conversation: each may be six bytes there, and a
 * server takes 16 MiB in one piece by default. Of a longer one it hangs up.
 */
const maxLength = 2_000_000;

/** Tries behind the end that was read, while others append first; then each is appended behind whatever is there. */
const maxTries = 3;

// No column that is not needed: to name one takes both sides longer than to read it.
const found = 'conversation_id, seq, kind, sender_id, sent_at, text, state, attachments';

/**
 * Changes of messages, each an entry of the log and the message as it is from then on, in one transaction. Two round trips do, one
 * that reads and one that writes and commits, however many there are: what a statement costs is for the most part the way there and
 * back. Whether one was stored before is asked when something keeps it from being stored. Errors: `not_member` and whatever else
 * keeps the user from writing, `not_found`, `recalled`.
 */
export class ChangeTransactions {
  readonly #options: ChangeTransactionsOptions;
  readonly #kept: KeptEnds;

  constructor(options: ChangeTransactionsOptions) {
    this.#options = options;
    this.#kept = new KeptEnds(options.heads);
  }

  /** Conversations of which something is remembered. */
  get kept(): number {
    return this.#kept.size;
  }

  /** Gives back those of conversations that others append to. Never rejects. */
  async together(lots: readonly ChangeLot[]): Promise<readonly ChangeLot[]> {
    const met: ChangeLot[] = [];
    let open = lots;
    let way: Way = this.#kept.read(lots, this.#options.mysql.made) === undefined ? 'together' : 'kept';
    while (open.length > 0) {
      try {
        this.#options.tell(await this.#perform(open, way));
        return met;
      } catch (error) {
        this.#kept.drop(open);
        if (error instanceof TooLong) {
          const half = open.length >> 1;
          return [
            ...met,
            ...(await this.together(open.slice(0, half))),
            ...(await this.together(open.slice(half))),
          ];
        }
        const isStale = way === 'kept' && (error instanceof NotKept || isUndone(error));
        way = 'together';
        if (isStale) continue;
        if (!isUndone(error)) {
          reject(open, error);
          return met;
        }
        const duplicate = duplicateEntryOf(error);
        // After a second conflict, or when it is not known whose fault it is, each goes by itself.
        if (duplicate === undefined || met.length > 0) return [...met, ...open];
        met.push(...open.filter(({ conversation }) => conversation === duplicate.conversation));
        open = open.filter(({ conversation }) => conversation !== duplicate.conversation);
      }
    }
    return met;
  }

  /** Never rejects. */
  async alone(lot: ChangeLot): Promise<void> {
    this.#kept.drop([lot]);
    for (let tries = 1; ; tries++) {
      try {
        this.#options.tell(await this.#perform([lot], 'locked'));
        return;
      } catch (error) {
        if (duplicateEntryOf(error)?.by === 'seq' && tries < maxTries) continue;
        if (!isUndone(error)) reject([lot], error);
        // One alone may be at fault.
        else for (const change of lot.changes) await this.#carefully(lot.conversation, change);
        return;
      }
    }
  }

  async #carefully(conversation: number, change: PendingChange): Promise<void> {
    try {
      this.#options.tell(await this.#perform([{ conversation, changes: [change] }], 'careful'));
    } catch (error) {
      change.done.reject(error);
    }
  }

  #perform(lots: readonly ChangeLot[], way: Way): Promise<SettledChanges> {
    if (way === 'kept' || way === 'together') return this.#performBehind(lots, way);
    return this.#options.mysql.exchange(openingOf(lots, way), async (answered, tx) => {
      const { result, writes } = await this.#settle(lots, readAs(way, answered), { tx, way });
      return { ...(!writes.isEmpty && { closing: writes.statements() }), result };
    });
  }

  /** Behind ends that nobody has locked. */
  async #performBehind(lots: readonly ChangeLot[], way: 'kept' | 'together'): Promise<SettledChanges> {
    const { mysql } = this.#options;
    const { made } = mysql;
    const opening = way === 'kept' ? [] : openingOf(lots, way);
    const { result, read, writes } = await mysql.readAndClose(opening, async (answered, tx) => {
      const read = way === 'kept' ? this.#kept.read(lots, mysql.made) : readAs(way, answered);
      if (read === undefined) throw new NotKept();
      const { result, writes } = await this.#settle(lots, read, { tx, way });
      if (lots.length > 1 && writes.length > maxLength) throw new TooLong();
      return {
        ...(!writes.isEmpty && { closing: writes.statements() }),
        result: { result, read, writes },
      };
    });
    this.#kept.keep(lots, read, writes.appended, made);
    return result;
  }

  async #settle(
    lots: readonly ChangeLot[],
    { places, ends, messages, reads }: ReadConversations,
    { tx, way }: { tx: Tx; way: Way },
  ): Promise<{ result: Map<PendingChange, Settled>; writes: ChangeWrites }> {
    const result = new Map<PendingChange, Settled>();
    const writes = new ChangeWrites(ends);
    const unchanged: { pending: PendingChange; message: FoundRow | undefined }[] = [];
    const now = Date.now();
    for (const { conversation, changes } of lots)
      for (const pending of changes) {
        const read = reads.splice(0, pending.work.reads?.length ?? 0);
        const row = places.get(conversation);
        const key = placeKey(conversation, pending.change.target);
        const message = messages.get(key);
        if (row === undefined) {
          result.set(pending, { refusal: new BerthError('not_member') });
          continue;
        }
        const judging = this.#options.judge.judge(pending, { tx, row, message, now, read });
        // Of a batch of hundreds each pause counts, and most have nothing to wait for.
        const judged = judging instanceof Promise ? await judging : judging;
        if (way === 'careful') {
          const known = (await readKnownChanges(tx, [{ pending, message }])).get(pending);
          if (known !== undefined) {
            result.set(pending, settledAs(known, row));
            continue;
          }
        }
        if (!('outcome' in judged)) {
          // Nothing would show that it is so still.
          if (way === 'kept') throw new NotKept();
          result.set(pending, 'refusal' in judged ? judged : { row });
          unchanged.push({ pending, message });
          continue;
        }
        const made = entryOf(pending, judged, now);
        const appended =
          way === 'careful'
            ? (await appendEntries(tx, conversation, [made], now))[0]!
            : writes.append(conversation, made);
        const { entry, text, state, parsed } = changeBy(appended, pending, judged, writes);
        messages.set(key, { ...message!, text, state, parsed });
        const { released } = judged.outcome;
        result.set(pending, { entry, row, ...(released && { released }) });
      }
    if (way === 'careful' || unchanged.length === 0) return { result, writes };
    for (const [pending, known] of await readKnownChanges(tx, unchanged))
      result.set(pending, settledAs(known, places.get(pending.change.conversation)!));
    return { result, writes };
  }
}

const settledAs = (known: AppendedEntry | BerthError, row: Place): Settled =>
  known instanceof BerthError ? { refusal: known } : { entry: known, row };

/** None of it was done. */
const isUndone = (error: unknown): boolean => isServerError(error) && !('commitUnknown' in (error as Error));

function reject(lots: readonly ChangeLot[], error: unknown): void {
  for (const { changes } of lots) for (const { done } of changes) done.reject(error);
}

type Done = Extract<Judged, { outcome: unknown }>;

function entryOf({ kind, change }: PendingChange, { outcome }: Done, now: number): NewEntry {
  const { sender: maker, cid, target } = change;
  const details = { target, sentAt: now, ...outcome.details };
  const { sender = maker } = outcome;
  return sender === maker ? { kind, sender, cid, details } : { kind, sender, cid, maker, details };
}

/** The entry as it is told, and the message as it is by it. */
function changeBy(
  appended: AppendedEntry,
  { kind, change }: PendingChange,
  { target, outcome }: Done,
  writes: ChangeWrites,
): { entry: AppendedEntry; text: string; state: string; parsed: MessageState } {
  const text = outcome.text ?? target.text;
  const parsed: MessageState = { changed: appended.seq, ...outcome.state };
  const state = JSON.stringify(parsed);
  writes.change(change, outcome, state, appended.seq);
  if (kind !== 'edited') return { entry: appended, text, state, parsed };
  // Whoever is told live is told the words with it; the log keeps them once, with the message.
  const { mentions } = outcome.state;
  const told: EntryDetails & { text: string } = { ...appended.details, text };
  const details = { ...told, ...(mentions && { mentions }) };
  return { entry: { ...appended, details }, text, state, parsed };
}

/** Without a lock the ends come first: who appends behind them knows that nothing of what was read later has changed since. */
function openingOf(lots: readonly ChangeLot[], way: Way): Statement[] {
  const ids = lots.map(({ conversation }) => conversation);
  const conversations = {
    sql: `SELECT id, members_version, direct_key FROM conversations FORCE INDEX (PRIMARY)
      WHERE id IN (${marks(ids.length)})${way === 'together' ? '' : ' FOR UPDATE'}`,
    params: ids,
  };
  const targets = lots.map(({ conversation, changes }) => ({
    conversation,
    seqs: [...new Set(changes.map(({ change }) => change.target))],
  }));
  const any = targets.map(({ seqs }) => `(conversation_id = ? AND seq IN (${marks(seqs.length)}))`);
  const messages = {
    sql: `SELECT ${found} FROM messages FORCE INDEX (PRIMARY) WHERE ${any.join(' OR ')}`,
    params: targets.flatMap(({ conversation, seqs }) => [conversation, ...seqs]),
  };
  const ends = endsSelect(ids);
  const reads = lots.flatMap(({ changes }) => changes.flatMap(({ work }) => work.reads ?? []));
  return [...(way === 'together' ? [ends, conversations] : [conversations, ends]), messages, ...reads];
}

function readAs(
  way: Way,
  [first, second, rows, ...reads]: readonly (readonly unknown[])[],
): ReadConversations {
  const [ends, conversations] = way === 'together' ? [first, second] : [second, first];
  const stored = conversations as { id: number; members_version: number; direct_key: Buffer | null }[];
  return {
    places: new Map(
      stored.map(({ id, members_version: membersVersion, direct_key }) => [
        id,
        { id, membersVersion, direct: directOf(direct_key) },
      ]),
    ),
    ends: new Map((ends as EndRow[]).map((end) => [end.conversation_id, end])),
    messages: new Map((rows as FoundRow[]).map((row) => [placeKey(row.conversation_id, row.seq), row])),
    reads,
  };
}
