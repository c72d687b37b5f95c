import type { Tx } from '@berth/mysql';
import { BerthError, limits, type Mention, type Reaction } from '@berth/wire';
import type { ChangeKind } from '../log/entry-kinds.ts';
import { type MessageState, withReaction } from '../log/message-state.ts';
import { everybodyRefusal } from '../membership/standing.ts';
import { readAttachments, readFilesOwner } from '../stores/attachment-rows.ts';
import type { Database } from '../stores/guarded-mysql.ts';
import { mentionDeletes, mentionInserts } from '../stores/mention-rows.ts';
import { ChangeJudge, type ChangeJudgeOptions } from './change-judge.ts';
import { ChangeLanes, type ChangeLanesOptions } from './change-lanes.ts';
import { type ChangesTellerOptions, tellChanges } from './change-telling.ts';
import { ChangeTransactions } from './change-transaction.ts';
import type { Change, CommittedChange, Locked, Outcome, Work } from './change-work.ts';
import { keptMentions } from './kept-mentions.ts';
import type { RowStatement } from './row-statements.ts';

export interface MysqlChangeStoreOptions
  extends ChangeJudgeOptions,
    ChangesTellerOptions,
    Pick<ChangeLanesOptions, 'turns'> {
  mysql: Database;
  /** So long after it was sent its sender may change a message, in milliseconds; 0: never. */
  editMs: number;
  recallMs: number;
  /** Whether the versions of edited messages are kept. */
  keepsVersions: boolean;
}

const untouched: MessageState = {};
const nobody: Pick<Reaction, 'users' | 'count'> = { users: [], count: 0 };

const added = {
  begins: 'INSERT IGNORE INTO reactions (conversation_id, target_seq, emoji, user_id, at) VALUES ',
  row: '(?, ?, ?, ?, ?)',
} as const;
// Without the hint a small table is scanned, and the scan would wait for rows that are not meant. Conditions with an OR between
// them instead of a list take the server three times as long to read.
const takenAway = {
  begins: `DELETE reactions FROM reactions FORCE INDEX (PRIMARY)
    WHERE (conversation_id, target_seq, emoji, user_id) IN (`,
  alone: 'DELETE FROM reactions WHERE conversation_id = ? AND target_seq = ? AND emoji = ? AND user_id = ?',
  row: '(?, ?, ?, ?)',
  ends: ')',
} as const;

const replaced = {
  begins: 'INSERT INTO message_versions (conversation_id, target_seq, seq, at, text, mentions) VALUES ',
  row: '(?, ?, ?, ?, ?, ?)',
} as const;

/**
 * Changes of messages by edits, recalls and reactions. Errors: those of ChangeTransactions, `forbidden`, `too_late`, `limit_reached`;
 * `unavailable` when too much waits.
 */
export class MysqlChangeStore {
  readonly #options: MysqlChangeStoreOptions;
  readonly #lanes: ChangeLanes;
  readonly #transactions: ChangeTransactions;

  constructor(options: MysqlChangeStoreOptions) {
    const { mysql, heads, turns } = options;
    this.#options = options;
    const transactions = new ChangeTransactions({
      ...{ mysql, heads, judge: new ChangeJudge(options) },
      tell: (settled) => tellChanges(settled, options),
    });
    this.#transactions = transactions;
    this.#lanes = new ChangeLanes({
      together: (lots) => transactions.together(lots),
      alone: (lot) => transactions.alone(lot),
      turns,
    });
  }

  /** Changes that wait. */
  get waiting(): number {
    return this.#lanes.waiting;
  }

  /** Conversations of which something is remembered. */
  get kept(): number {
    return this.#transactions.kept;
  }

  edit(change: Change, text: string, mentions?: readonly Mention[]): Promise<CommittedChange> {
    const { editMs, keepsVersions } = this.#options;
    return this.commit('edited', change, {
      judge: ({ standing, target, now }) => {
        requireOwn(change, target, editMs, now);
        const refusal = everybodyRefusal(standing, mentions);
        if (refusal !== undefined) throw refusal;
        const { changed: _, mentions: before = [], ...state } = target.state ?? untouched;
        if (state.forwarded ?? state.poll) throw new BerthError('forbidden', 'these words stay as they are');
        const since = state.editedAt ?? target.sentAt;
        const keep = (seq: number): RowStatement => ({
          ...replaced,
          params: [change.conversation, change.target, seq, since, target.text, keptMentions(before)],
        });
        const meant = mentions && { mentions: [...mentions] };
        const place = { conversation: change.conversation, seq: change.target };
        const also = (seq: number) => [
          ...(keepsVersions ? [keep(seq)] : []),
          ...mentionDeletes(place, before),
          ...mentionInserts(place, mentions ?? []),
        ];
        return { text, state: { ...state, ...meant, editedAt: now }, also };
      },
    });
  }

  /** Whoever may not write any more may still take back what is theirs. */
  recall(change: Change): Promise<CommittedChange> {
    const { conversation, target: seq } = change;
    return this.commit('recalled', change, {
      judge: async ({ tx, standing, target, now }) => {
        const isAdmin = standing.kind === 'group' && standing.member!.role !== 'member';
        if (!isAdmin) requireOwn(change, target, this.#options.recallMs, now);
        const released = target.attachments > 0 ? await filesOf(tx, change, target.sender) : undefined;
        const erased = ['message_versions', 'reactions', 'poll_votes', 'pins'].map((table) => ({
          sql: `DELETE FROM ${table} WHERE conversation_id = ? AND target_seq = ?`,
          params: [conversation, seq],
        }));
        const detached = {
          sql: 'DELETE FROM attachments WHERE conversation_id = ? AND seq = ?',
          params: [conversation, seq],
        };
        const unmeant = mentionDeletes({ conversation, seq }, target.state?.mentions ?? []);
        const also = () => [...erased, ...unmeant, ...(released === undefined ? [] : [detached])];
        return { text: '', state: { recalledBy: change.sender }, also, ...(released && { released }) };
      },
    });
  }

  /** The count alone when it was so before. */
  async react(change: Change, emoji: string, on: boolean): Promise<CommittedChange | { count: number }> {
    let unchanged = 0;
    const { conversation, sender, target: seq } = change;
    const own = [conversation, seq, Buffer.from(emoji), sender];
    const committed = await this.commit('reacted', change, {
      // Of many who take theirs away at once nobody knows who is left to be told.
      shares: on,
      judge: ({ tx, target, now }) => {
        const { changed: _, reactions = [], ...state } = target.state ?? untouched;
        const before = reactions.find((one) => one.emoji === emoji);
        if (on && before === undefined && reactions.length >= limits.maxReactions)
          throw new BerthError(
            'limit_reached',
            `a message has at most ${limits.maxReactions} different reactions`,
          );
        unchanged = before?.count ?? 0;
        const count = unchanged + (on ? 1 : -1);
        const outcomeOf = (users: number[]): Outcome => {
          const next = withReaction(reactions, { emoji, count, users });
          const set: RowStatement = on ? { ...added, params: [...own, now] } : { ...takenAway, params: own };
          return {
            details: { emoji, on, count },
            state: next.length === 0 ? state : { ...state, reactions: next },
            also: () => [set],
          };
        };
        const toldNow = usersAfter(before, sender, on);
        if (toldNow !== undefined) return toldNow === 'as before' ? undefined : outcomeOf(toldNow);
        return (async () => {
          if ((await hasReacted(tx, change, before)) === on) return undefined;
          return outcomeOf(await firstUsers(tx, change, emoji, { count, on, told: before?.users ?? [] }));
        })();
      },
    });
    return committed ?? { count: unchanged };
  }

  /** What a message said before, the oldest first, behind an entry that changed it; of what changed it up to an entry. */
  async versions(
    conversation: number,
    target: number,
    { after, upTo = 0xffff_ffff }: { after: number; upTo?: number | undefined },
    limit: number,
  ): Promise<{ seq: number; text: string; at: number }[]> {
    return this.#options.mysql.rows(
      `SELECT seq, text, at FROM message_versions
       WHERE conversation_id = ? AND target_seq = ? AND seq > ? AND seq <= ? ORDER BY seq LIMIT ?`,
      [conversation, target, after, upTo, String(limit)],
    );
  }

  /** Undefined when nothing has to change: `judge` says what does. It has its place among others once this returns. */
  commit(kind: ChangeKind, change: Change, work: Changing): Promise<CommittedChange>;
  commit(kind: ChangeKind, change: Change, work: Work): Promise<CommittedChange | undefined>;
  commit(kind: ChangeKind, change: Change, work: Work): Promise<CommittedChange | undefined> {
    const done = Promise.withResolvers<CommittedChange | undefined>();
    this.#lanes.push({ kind, change, work, since: performance.now(), done });
    return done.promise;
  }
}

/** Of a kind that always changes something. */
interface Changing extends Work {
  judge(locked: Locked): Promise<Outcome> | Outcome;
}

function requireOwn({ sender }: Change, target: Locked['target'], withinMs: number, now: number): void {
  if (target.sender !== sender) throw new BerthError('forbidden', 'this message is another one’s');
  if (now - target.sentAt >= withinMs) throw new BerthError('too_late');
}

/** The files of a message that is taken back are nobody's to see from now on. */
async function filesOf(
  tx: Tx,
  { conversation, target: seq }: Change,
  sender: number,
): Promise<NonNullable<CommittedChange['released']>> {
  const files = (await readAttachments(tx, [{ conversation, seq }])).get(`${conversation}:${seq}`) ?? [];
  const owner = (await readFilesOwner(tx, { conversation, seq })) ?? sender;
  return { owner, files: files.map(({ file }) => file) };
}

/** Who is told with the message from now on, by who was; undefined where that does not tell. */
function usersAfter(
  told: Reaction | undefined,
  sender: number,
  on: boolean,
): number[] | 'as before' | undefined {
  const { users, count } = told ?? nobody;
  if (users.includes(sender)) {
    if (on) return 'as before';
    return count === users.length ? users.filter((user) => user !== sender) : undefined;
  }
  if (count !== users.length) return undefined;
  if (!on) return 'as before';
  return users.length < limits.maxToldReacted ? [...users, sender] : [...users];
}

/** Asked only where not all who reacted so are told with the message. */
async function hasReacted(
  tx: Tx,
  { conversation, sender, target }: Change,
  told: Reaction | undefined,
): Promise<boolean> {
  if (told === undefined || told.users.includes(sender)) return told !== undefined;
  if (told.count === told.users.length) return false;
  const rows = await tx.rows(
    'SELECT 1 FROM reactions WHERE conversation_id = ? AND target_seq = ? AND emoji = ? AND user_id = ?',
    [conversation, target, told.emoji, sender],
  );
  return rows.length > 0;
}

/** Those who are told with the message; read only when one of many takes theirs away. */
async function firstUsers(
  tx: Tx,
  { conversation, sender, target }: Change,
  emoji: string,
  { count, on, told }: { count: number; on: boolean; told: readonly number[] },
): Promise<number[]> {
  if (on) return told.length < limits.maxToldReacted ? [...told, sender] : [...told];
  const left = told.filter((user) => user !== sender);
  if (left.length === Math.min(count, limits.maxToldReacted)) return left;
  const rows = await tx.rows<{ user_id: number }>(
    `SELECT user_id FROM reactions WHERE conversation_id = ? AND target_seq = ? AND emoji = ? AND user_id <> ?
     ORDER BY at, user_id LIMIT ${limits.maxToldReacted}`,
    [conversation, target, emoji, sender],
  );
  return rows.map(({ user_id }) => user_id);
}
