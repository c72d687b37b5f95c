import { isServerError, type Statement, type Tx } from '@berth/mysql';
import { BerthError, type EntryDetails } from '@berth/wire';
import { appendEntries, changeCidPrefix, type EndRow, endSelect } from '../log/append-entries.ts';
import { duplicateEntryOf } from '../log/duplicate-entry.ts';
import { type ChangeKind, entryKinds, textKind } from '../log/entry-kinds.ts';
import { type MessageState, parseState } from '../log/message-state.ts';
import { type ConversationRow, directOf } from '../membership/conversation-rows.ts';
import type { MemberDirectory } from '../membership/member-directory.ts';
import { isMember, type Standing, writeRefusal } from '../membership/standing.ts';
import type { Database } from '../stores/guarded-mysql.ts';
import { marks } from '../stores/statement-shapes.ts';
import type { Change, CommittedChange, Locked, Outcome, Target, Work } from './change-work.ts';
import { ChangeWrites } from './change-writes.ts';
import { type PendingChange, togetherWith } from './pending-changes.ts';

/** Of a conversation what a change goes by. */
type Place = Pick<ConversationRow, 'id' | 'membersVersion' | 'direct'>;

interface FoundRow {
  seq: number;
  kind: number;
  sender_id: number;
  sent_at: number;
  text: string;
  state: string | null;
  attachments: number;
}

interface KnownRow extends FoundRow {
  uncounted: number;
}

/** Undefined: nothing had to change. */
type Settled = { committed: CommittedChange | undefined } | { refusal: BerthError };

interface Judging extends Pick<Locked, 'now' | 'read'>, Pick<Work, 'judge'> {
  kind: ChangeKind;
  change: Change;
  message: FoundRow | undefined;
}

export interface ChangeTransactionsOptions {
  mysql: Database;
  directory: MemberDirectory;
  strangersMayWrite: boolean;
  /** Of conversations: one of them is changed once at a time on this node, and so many at a time. */
  turns: { run(conversation: number, task: () => Promise<void>): Promise<void> };
}

/** Tries behind the end that was read, while others append first; then each is appended behind whatever is there. */
const maxTries = 3;

// No column that is not needed: to name one takes both sides longer than to read it.
const found = 'seq, kind, sender_id, sent_at, text, state, attachments';
const lockSelect = 'SELECT members_version, direct_key FROM conversations WHERE id = ? FOR UPDATE';
const knownSelect = `SELECT ${found}, uncounted FROM messages FORCE INDEX (messages_cid)
  WHERE conversation_id = ? AND sender_id = ? AND cid = CONCAT(${changeCidPrefix}, ?)`;

/**
 * Changes of messages, each an entry of the log and the message as it is from then on, in one transaction under the conversation's
 * lock. Two round trips do, one that locks and reads, and one that writes and commits: what a statement costs is for the most part
 * the way there and back. What waits for a conversation meanwhile goes along with the next. Whether one was stored before is asked
 * when something keeps it from being stored. Errors: `not_member` and whatever else keeps the user from writing, `not_found`,
 * `recalled`; `unavailable` when too much waits.
 */
export class ChangeTransactions {
  readonly #options: ChangeTransactionsOptions;
  /** By conversation. */
  readonly #waiting = new Map<number, PendingChange[]>();

  constructor(options: ChangeTransactionsOptions) {
    this.#options = options;
  }

  commit(kind: ChangeKind, change: Change, work: Work): Promise<CommittedChange | undefined> {
    const { conversation } = change;
    const pending: PendingChange = { kind, change, work, done: Promise.withResolvers() };
    const queue = this.#waiting.get(conversation);
    if (queue === undefined) this.#waiting.set(conversation, [pending]);
    else queue.push(pending);
    this.#options.turns
      .run(conversation, () => this.#goAlong(conversation, pending))
      .catch((refusal: unknown) => {
        this.#remove(conversation, new Set([pending]));
        pending.done.reject(refusal);
      });
    return pending.done.promise;
  }

  /** Unless it went along with another one: with all that may go along with it. */
  async #goAlong(conversation: number, pending: PendingChange): Promise<void> {
    const queue = this.#waiting.get(conversation);
    if (!queue?.includes(pending)) return;
    const batch = togetherWith(pending, queue);
    this.#remove(conversation, new Set(batch));
    await this.#settle(batch);
  }

  #remove(conversation: number, gone: ReadonlySet<PendingChange>): void {
    const left = this.#waiting.get(conversation)?.filter((pending) => !gone.has(pending)) ?? [];
    if (left.length === 0) this.#waiting.delete(conversation);
    else this.#waiting.set(conversation, left);
  }

  async #settle(batch: readonly PendingChange[]): Promise<void> {
    for (let tries = 1; ; tries++) {
      try {
        const results = await this.#try(batch, false);
        for (const [index, { done }] of batch.entries()) {
          const result = results[index]!;
          if ('refusal' in result) done.reject(result.refusal);
          else done.resolve(result.committed);
        }
        return;
      } catch (error) {
        if (duplicateEntryOf(error)?.by === 'seq' && tries < maxTries) continue;
        // None of it was done, and one alone may be at fault.
        const isUndone = isServerError(error) && !('commitUnknown' in (error as Error));
        if (!isUndone) {
          for (const { done } of batch) done.reject(error);
          return;
        }
        for (const pending of batch) await this.#settleAlone(pending);
        return;
      }
    }
  }

  async #settleAlone(pending: PendingChange): Promise<void> {
    try {
      const [result] = await this.#try([pending], true);
      if ('refusal' in result!) pending.done.reject(result.refusal);
      else pending.done.resolve(result!.committed);
    } catch (error) {
      pending.done.reject(error);
    }
  }

  /** `careful`, of one alone: whether it is stored is asked first, and whoever appends meanwhile is waited for. */
  #try(batch: readonly PendingChange[], careful: boolean): Promise<Settled[]> {
    const { conversation } = batch[0]!.change;
    const targets = [...new Set(batch.map(({ change }) => change.target))];
    const opening: Statement[] = [
      { sql: lockSelect, params: [conversation] },
      // By itself: joined to the conversation, all of its messages would be read, and locked.
      {
        sql: `SELECT ${found} FROM messages FORCE INDEX (PRIMARY)
          WHERE conversation_id = ? AND seq IN (${marks(targets.length)})`,
        params: [conversation, ...targets],
      },
      { sql: endSelect, params: [conversation] },
      ...batch.flatMap(({ work }) => work.reads ?? []),
    ];
    return this.#options.mysql.exchange<Settled[]>(opening, async ([locked, rows, ends, ...reads], tx) => {
      const [stored] = locked as { members_version: number; direct_key: Buffer | null }[];
      if (stored === undefined)
        return { result: batch.map(() => ({ refusal: new BerthError('not_member') })) };
      const { members_version: membersVersion, direct_key } = stored;
      const row: Place = { id: conversation, membersVersion, direct: directOf(direct_key) };
      const messages = new Map((rows as FoundRow[]).map((message) => [message.seq, message]));
      const writes = new ChangeWrites(conversation, (ends as EndRow[])[0]);
      const now = Date.now();
      const result: Settled[] = [];
      for (const { kind, change, work } of batch) {
        const read = reads.splice(0, work.reads?.length ?? 0);
        const message = messages.get(change.target);
        const judged = await this.#judge(tx, row, { kind, change, message, now, read, judge: work.judge });
        if (careful || !('outcome' in judged)) {
          const [known] = await tx.rows<KnownRow>(knownSelect, [conversation, change.sender, change.cid]);
          if (known !== undefined) {
            result.push(knownChange(known, message, kind, change, row));
            continue;
          }
        }
        if (!('outcome' in judged)) {
          result.push('refusal' in judged ? judged : { committed: undefined });
          continue;
        }
        const { target, outcome } = judged;
        const details = { target: change.target, sentAt: now, ...outcome.details };
        const sender = outcome.sender ?? change.sender;
        // In another one's name it has none of its maker's: two makers may call theirs the same.
        const entry = { kind, sender, details, ...(sender === change.sender && { cid: change.cid }) };
        const appended = careful
          ? (await appendEntries(tx, conversation, [entry], now))[0]!
          : writes.append(entry);
        const text = outcome.text ?? target.text;
        const state = JSON.stringify({ changed: appended.seq, ...outcome.state } satisfies MessageState);
        messages.set(change.target, { ...message!, text, state });
        writes.change(change.target, outcome, state, appended.seq);
        // Whoever is told live is told the words with it; the log keeps them once, with the message.
        const { mentions } = outcome.state;
        const words = { text, ...(mentions && { mentions }) };
        const told = kind === 'edited' ? { ...appended, details: { ...details, ...words } } : appended;
        const { released } = outcome;
        result.push({ committed: { entry: told, row, ...(released && { released }) } });
      }
      return { ...(!writes.isEmpty && { closing: writes.statements() }), result };
    });
  }

  /** What is to be done, why it may not be, or neither: it was so before. */
  async #judge(
    tx: Tx,
    row: Place,
    { kind, change, message, now, read, judge }: Judging,
  ): Promise<{ target: Target; outcome: Outcome } | { refusal: BerthError } | { target: Target }> {
    try {
      const standing = await this.#standing(tx, row, change.sender);
      await this.#requireAllowed(tx, standing, kind, change.target, now);
      const target = targetOf(message);
      const outcome = await judge({ tx, standing, target, now, read });
      return outcome === undefined ? { target } : { target, outcome };
    } catch (error) {
      if (error instanceof BerthError) return { refusal: error };
      throw error;
    }
  }

  /** As of the version that is locked: a change of members waits for the lock. */
  async #standing(tx: Tx, row: Place, user: number): Promise<Standing> {
    const { directory } = this.#options;
    const cached = directory.cached(row.id, user);
    if (cached?.membersVersion === row.membersVersion) return cached;
    const [standing] = await directory.readUnderLock(tx, [{ conversation: row.id, user }]);
    return standing!;
  }

  /** Who may write any more, and sees the message; to take back what is one's own, or as an admin, one need not. */
  async #requireAllowed(
    tx: Tx,
    standing: Standing,
    kind: ChangeKind,
    target: number,
    now: number,
  ): Promise<void> {
    if (!isMember(standing)) throw new BerthError('not_member');
    if (!(await isVisible(tx, standing, target))) throw new BerthError('not_found');
    const { strangersMayWrite } = this.#options;
    const rules = { strangersMayWrite, now, reacting: kind === 'reacted' || kind === 'polled' };
    const refusal = kind === 'recalled' ? undefined : writeRefusal(standing, rules);
    if (refusal !== undefined) throw refusal;
  }
}

/** Whether a member was one when the message was sent. */
async function isVisible(tx: Tx, { conversation, user, member }: Standing, target: number): Promise<boolean> {
  if (target > member!.joinedSeq) return true;
  const [row] = await tx.rows(
    `SELECT 1 FROM member_intervals WHERE conversation_id = ? AND user_id = ? AND joined_seq < ? AND left_seq >= ? LIMIT 1`,
    [conversation, user, target, target],
  );
  return row !== undefined;
}

function targetOf(row: FoundRow | undefined): Target {
  if (row === undefined || row.kind !== textKind) throw new BerthError('not_found');
  const state = parseState(row.state);
  if (state?.recalledBy !== undefined) throw new BerthError('recalled');
  return { sender: row.sender_id, sentAt: row.sent_at, text: row.text, state, attachments: row.attachments };
}

/** A change that was stored before may never have been pushed: its node may have died after the commit. */
function knownChange(
  known: KnownRow,
  message: FoundRow | undefined,
  kind: ChangeKind,
  { target }: Change,
  row: Place,
): Settled {
  const details = JSON.parse(known.text) as EntryDetails & { sentAt: number };
  if (known.kind !== entryKinds.indexOf(kind) || details.target !== target)
    return { refusal: new BerthError('conflict', 'this cid names another change') };
  const { seq, uncounted, sender_id: sender, sent_at: sentAt } = known;
  const mentions = parseState(message?.state ?? null)?.mentions;
  const words = { text: message?.text ?? '', ...(mentions && { mentions }) };
  const told = kind === 'edited' ? { ...details, ...words } : details;
  return { committed: { entry: { seq, uncounted, sender, kind, details: told, sentAt }, row } };
}
