import type { Tx } from '@berth/mysql';
import { BerthError, type EntryDetails, limits, type Mention } from '@berth/wire';
import { type AppendedEntry, appendEntries, changeCidPrefix, type NewEntry } from '../log/append-entries.ts';
import { type ChangeKind, entryKinds, textKind } from '../log/entry-kinds.ts';
import { type MessageState, parseState, withReaction } from '../log/message-state.ts';
import { type ConversationRow, lockConversation } from '../membership/conversation-rows.ts';
import type { MemberDirectory } from '../membership/member-directory.ts';
import { everybodyRefusal, isMember, type Standing, writeRefusal } from '../membership/standing.ts';
import { readAttachments, readFilesOwner } from '../stores/attachment-rows.ts';
import type { Database } from '../stores/guarded-mysql.ts';
import { deleteMentions, insertMentions } from '../stores/mention-rows.ts';

/** Who changes which message, and what they call the change. */
export interface Change {
  conversation: number;
  sender: number;
  cid: string;
  target: number;
}

/** A change as it stands in the log, and what other nodes are told with it. */
export interface CommittedChange {
  entry: AppendedEntry;
  row: Pick<ConversationRow, 'membersVersion' | 'direct'>;
  /** Of a recall: the files that the message had, and whose they are. */
  released?: { owner: number; files: string[] };
}

export interface MysqlChangeStoreOptions {
  mysql: Database;
  directory: MemberDirectory;
  strangersMayWrite: boolean;
  /** So long after it was sent its sender may change a message, in milliseconds; 0: never. */
  editMs: number;
  recallMs: number;
  /** Whether the versions of edited messages are kept. */
  keepsVersions: boolean;
}

interface Target {
  sender: number;
  sentAt: number;
  text: string;
  state: MessageState | undefined;
  /** How many files. */
  attachments: number;
}

interface FoundRow {
  seq: number;
  kind: number;
  uncounted: number;
  sender_id: number;
  sent_at: number;
  text: string;
  state: string | null;
  attachments: number;
  is_known: number;
}

/** What a change works on, the conversation's row locked. */
export interface Locked {
  tx: Tx;
  row: ConversationRow;
  standing: Standing;
  target: Target;
  now: number;
}

/** The entry to be appended, and what the target becomes by it. */
export interface Outcome {
  details?: Pick<EntryDetails, 'emoji' | 'on' | 'count' | 'counts' | 'voters' | 'closed'>;
  /** Whose entry it is, when nobody is to be told who made it. */
  sender?: number;
  text?: string;
  state: Omit<MessageState, 'changed'>;
  /** What else belongs to it, once the entry has its seq. */
  also?: (seq: number) => Promise<unknown>;
  /** It has no attachments any more. */
  detached?: Target;
}

const untouched: MessageState = {};

const found = 'seq, kind, uncounted, sender_id, sent_at, text, state, attachments';

/**
 * Changes of messages, each one transaction under the conversation's lock: an entry of its log, and the message as it is
 * from then on. Errors: `not_member` and whatever else keeps the user from writing, `not_found`, `forbidden`, `too_late`,
 * `recalled`, `limit_reached`.
 */
export class MysqlChangeStore {
  readonly #options: MysqlChangeStoreOptions;

  constructor(options: MysqlChangeStoreOptions) {
    this.#options = options;
  }

  edit(change: Change, text: string, mentions?: readonly Mention[]): Promise<CommittedChange> {
    const { editMs, keepsVersions } = this.#options;
    return this.commit('edited', change, async ({ tx, standing, target, now }) => {
      this.#requireOwn(change, target, editMs, now);
      const refusal = everybodyRefusal(standing, mentions);
      if (refusal !== undefined) throw refusal;
      const { changed: _, mentions: before = [], ...state } = target.state ?? untouched;
      if (state.forwarded ?? state.poll) throw new BerthError('forbidden', 'these words stay as they are');
      const since = state.editedAt ?? target.sentAt;
      const keep = (seq: number) =>
        tx.run(
          'INSERT INTO message_versions (conversation_id, target_seq, seq, at, text) VALUES (?, ?, ?, ?, ?)',
          [change.conversation, change.target, seq, since, target.text],
        );
      const meant = mentions && { mentions: [...mentions] };
      const place = { conversation: change.conversation, seq: change.target };
      const also = async (seq: number) => {
        if (keepsVersions) await keep(seq);
        await deleteMentions(tx, place, before);
        await insertMentions(tx, place, mentions ?? []);
      };
      return { text, state: { ...state, ...meant, editedAt: now }, also };
    });
  }

  /** Whoever may not write any more may still take back what is theirs. */
  recall(change: Change): Promise<CommittedChange> {
    return this.commit('recalled', change, async ({ tx, standing, target, now }) => {
      const isAdmin = standing.kind === 'group' && standing.member!.role !== 'member';
      if (!isAdmin) this.#requireOwn(change, target, this.#options.recallMs, now);
      const of = [change.conversation, change.target];
      const erase = async () => {
        await tx.run('DELETE FROM message_versions WHERE conversation_id = ? AND target_seq = ?', of);
        await tx.run('DELETE FROM reactions WHERE conversation_id = ? AND target_seq = ?', of);
        const place = { conversation: change.conversation, seq: change.target };
        await deleteMentions(tx, place, target.state?.mentions ?? []);
        await tx.run('DELETE FROM poll_votes WHERE conversation_id = ? AND target_seq = ?', of);
        await tx.run('DELETE FROM pins WHERE conversation_id = ? AND target_seq = ?', of);
      };
      return { text: '', state: { recalledBy: change.sender }, also: erase, detached: target };
    });
  }

  /** Undefined when it was so before. */
  async react(change: Change, emoji: string, on: boolean): Promise<CommittedChange | { count: number }> {
    let unchanged: number | undefined;
    const committed = await this.commit('reacted', change, async ({ tx, target, now }) => {
      const { changed: _, reactions = [], ...state } = target.state ?? untouched;
      const before = reactions.find((one) => one.emoji === emoji);
      unchanged = undefined;
      if (on && before === undefined && reactions.length >= limits.maxReactions)
        throw new BerthError(
          'limit_reached',
          `a message has at most ${limits.maxReactions} different reactions`,
        );
      const hasChanged = await setReaction(tx, change, { emoji, on, now });
      if (!hasChanged) {
        unchanged = before?.count ?? 0;
        return undefined;
      }
      const count = (before?.count ?? 0) + (on ? 1 : -1);
      const users = await firstUsers(tx, change, emoji, { count, on, told: before?.users ?? [] });
      const next = withReaction(reactions, { emoji, count, users });
      return {
        details: { emoji, on, count },
        state: next.length === 0 ? state : { ...state, reactions: next },
      };
    });
    return committed ?? { count: unchanged ?? 0 };
  }

  /** What a message said before, the oldest first, behind an entry that changed it. */
  async versions(
    conversation: number,
    target: number,
    after: number,
    limit: number,
  ): Promise<{ seq: number; text: string; at: number }[]> {
    return this.#options.mysql.rows(
      `SELECT seq, text, at FROM message_versions
       WHERE conversation_id = ? AND target_seq = ? AND seq > ? ORDER BY seq LIMIT ?`,
      [conversation, target, after, String(limit)],
    );
  }

  /** Undefined when nothing has to change: `judge` says what does. */
  commit(
    kind: ChangeKind,
    change: Change,
    judge: (locked: Locked) => Promise<Outcome>,
  ): Promise<CommittedChange>;
  commit(
    kind: ChangeKind,
    change: Change,
    judge: (locked: Locked) => Promise<Outcome | undefined>,
  ): Promise<CommittedChange | undefined>;
  async commit(
    kind: ChangeKind,
    change: Change,
    judge: (locked: Locked) => Promise<Outcome | undefined>,
  ): Promise<CommittedChange | undefined> {
    const { conversation, sender, cid } = change;
    return this.#options.mysql.transaction(async (tx) => {
      const row = await lockConversation(tx, conversation);
      if (row === undefined) throw new BerthError('not_member');
      const rows = await readFound(tx, change);
      const known = rows.find(({ is_known }) => is_known === 1);
      if (known !== undefined) return { entry: knownEntry(known, rows[0]!, kind, change), row };
      const now = Date.now();
      const standing = await this.#standing(tx, row, sender);
      if (!isMember(standing)) throw new BerthError('not_member');
      const { strangersMayWrite } = this.#options;
      const rules = { strangersMayWrite, now, reacting: kind === 'reacted' || kind === 'polled' };
      const refusal = kind === 'recalled' ? undefined : writeRefusal(standing, rules);
      if (refusal !== undefined) throw refusal;
      const target = targetOf(rows[0]);
      const outcome = await judge({ tx, row, standing, target, now });
      if (outcome === undefined) return undefined;
      const details = { target: change.target, sentAt: now, ...outcome.details };
      const by = outcome.sender ?? sender;
      // In another one's name it has none of its maker's: two makers may call theirs the same.
      const entry: NewEntry = { kind, sender: by, details, ...(by === sender && { cid }) };
      const [appended] = await appendEntries(tx, conversation, [entry], now);
      const { seq } = appended!;
      const text = outcome.text ?? target.text;
      const released = outcome.detached && (await detach(tx, change, outcome.detached));
      const attachments = outcome.detached ? 0 : target.attachments;
      const set =
        'UPDATE messages SET text = ?, state = ?, attachments = ? WHERE conversation_id = ? AND seq = ?';
      await tx.run(set, [
        text,
        JSON.stringify({ changed: seq, ...outcome.state } satisfies MessageState),
        attachments,
        conversation,
        change.target,
      ]);
      await tx.run('UPDATE conversations SET changed_seq = ? WHERE id = ?', [seq, conversation]);
      await outcome.also?.(seq);
      // Whoever is told live is told the words with it; the log keeps them once, with the message.
      const { mentions } = outcome.state;
      const words = { text, ...(mentions && { mentions }) };
      const told = kind === 'edited' ? { ...appended!, details: { ...details, ...words } } : appended!;
      return { entry: told, row, ...(released && { released }) };
    });
  }

  /** As of the version that is locked: a change of members waits for the lock. */
  async #standing(tx: Tx, row: ConversationRow, user: number): Promise<Standing> {
    const { directory } = this.#options;
    const cached = directory.cached(row.id, user);
    if (cached?.membersVersion === row.membersVersion) return cached;
    const [standing] = await directory.readUnderLock(tx, [{ conversation: row.id, user }]);
    return standing!;
  }

  #requireOwn({ sender }: Change, target: Target, withinMs: number, now: number): void {
    if (target.sender !== sender) throw new BerthError('forbidden', 'this message is another one’s');
    if (now - target.sentAt >= withinMs) throw new BerthError('too_late');
  }
}

/** The message, and the change when it was stored before. */
async function readFound(tx: Tx, { conversation, sender, cid, target }: Change): Promise<FoundRow[]> {
  return tx.rows<FoundRow>(
    `(SELECT ${found}, 0 AS is_known FROM messages FORCE INDEX (PRIMARY) WHERE conversation_id = ? AND seq = ?)
     UNION ALL
     (SELECT ${found}, 1 AS is_known FROM messages FORCE INDEX (messages_cid)
      WHERE conversation_id = ? AND sender_id = ? AND cid = CONCAT(${changeCidPrefix}, ?))`,
    [conversation, target, conversation, sender, cid],
  );
}

function targetOf(row: FoundRow | undefined): Target {
  if (row === undefined || row.is_known === 1 || row.kind !== textKind) throw new BerthError('not_found');
  const state = parseState(row.state);
  if (state?.recalledBy !== undefined) throw new BerthError('recalled');
  return { sender: row.sender_id, sentAt: row.sent_at, text: row.text, state, attachments: row.attachments };
}

/** A change that was stored before may never have been pushed: its node may have died after the commit. */
function knownEntry(row: FoundRow, now: FoundRow, kind: ChangeKind, { target }: Change): AppendedEntry {
  const details = JSON.parse(row.text) as EntryDetails & { sentAt: number };
  if (row.kind !== entryKinds.indexOf(kind) || details.target !== target)
    throw new BerthError('conflict', 'this cid names another change');
  const { seq, uncounted, sender_id: sender, sent_at: sentAt } = row;
  const mentions = parseState(now.state)?.mentions;
  const told = kind === 'edited' ? { ...details, text: now.text, ...(mentions && { mentions }) } : details;
  return { seq, uncounted, sender, kind, details: told, sentAt };
}

/** The files of a message that is taken back are nobody's to see from now on. */
async function detach(
  tx: Tx,
  { conversation, target: seq }: Change,
  { sender: owner, attachments }: Target,
): Promise<CommittedChange['released']> {
  if (attachments === 0) return undefined;
  const files = (await readAttachments(tx, [{ conversation, seq }])).get(`${conversation}:${seq}`) ?? [];
  const other = await readFilesOwner(tx, { conversation, seq });
  await tx.run('DELETE FROM attachments WHERE conversation_id = ? AND seq = ?', [conversation, seq]);
  return { owner: other ?? owner, files: files.map(({ file }) => file) };
}

async function setReaction(
  tx: Tx,
  { conversation, sender, target }: Change,
  { emoji, on, now }: { emoji: string; on: boolean; now: number },
): Promise<boolean> {
  const { affectedRows } = on
    ? await tx.run(
        'INSERT IGNORE INTO reactions (conversation_id, target_seq, emoji, user_id, at) VALUES (?, ?, ?, ?, ?)',
        [conversation, target, emoji, sender, now],
      )
    : await tx.run(
        'DELETE FROM reactions WHERE conversation_id = ? AND target_seq = ? AND emoji = ? AND user_id = ?',
        [conversation, target, emoji, sender],
      );
  return affectedRows > 0;
}

/** Those who are told with the message; read only when one of many took theirs away. */
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
    `SELECT user_id FROM reactions WHERE conversation_id = ? AND target_seq = ? AND emoji = ?
     ORDER BY at, user_id LIMIT ${limits.maxToldReacted}`,
    [conversation, target, emoji],
  );
  return rows.map(({ user_id }) => user_id);
}
