import type { Tx } from '@berth/mysql';
import { BerthError } from '@berth/wire';
import { type ChangeKind, textKind } from '../log/entry-kinds.ts';
import { parseState } from '../log/message-state.ts';
import type { ConversationRow } from '../membership/conversation-rows.ts';
import type { MemberDirectory } from '../membership/member-directory.ts';
import { isMember, type Standing, writeRefusal } from '../membership/standing.ts';
import type { Outcome, Target } from './change-work.ts';
import type { PendingChange } from './pending-changes.ts';

/** Of a conversation what a change goes by. */
export type Place = Pick<ConversationRow, 'id' | 'membersVersion' | 'direct'>;

/** A message as it was read for a change. */
export interface FoundRow {
  conversation_id: number;
  seq: number;
  kind: number;
  sender_id: number;
  sent_at: number;
  text: string;
  state: string | null;
  attachments: number;
}

/** What is to be done, why it may not be, or neither: it was so before. */
export type Judged = { target: Target; outcome: Outcome } | { refusal: BerthError } | { target: Target };

export interface ChangeJudgeOptions {
  directory: MemberDirectory;
  strangersMayWrite: boolean;
}

/** Says of changes what comes of them, by what was read. */
export class ChangeJudge {
  readonly #options: ChangeJudgeOptions;

  constructor(options: ChangeJudgeOptions) {
    this.#options = options;
  }

  async judge(
    { kind, change, work }: PendingChange,
    {
      tx,
      row,
      message,
      now,
      read,
    }: {
      tx: Tx;
      row: Place;
      message: FoundRow | undefined;
      now: number;
      read: readonly (readonly unknown[])[];
    },
  ): Promise<Judged> {
    try {
      const standing = await this.#standing(tx, row, change.sender);
      await this.#requireAllowed(tx, standing, kind, change.target, now);
      const target = targetOf(message);
      const outcome = await work.judge({ tx, standing, target, now, read });
      return outcome === undefined ? { target } : { target, outcome };
    } catch (error) {
      if (error instanceof BerthError) return { refusal: error };
      throw error;
    }
  }

  /** As of the version that was read: a change of members is an entry, too, so that nothing is appended by an older one. */
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
    if (target <= standing.member!.joinedSeq && !(await wasThere(tx, standing, target)))
      throw new BerthError('not_found');
    const { strangersMayWrite } = this.#options;
    const rules = { strangersMayWrite, now, reacting: kind === 'reacted' || kind === 'polled' };
    const refusal = kind === 'recalled' ? undefined : writeRefusal(standing, rules);
    if (refusal !== undefined) throw refusal;
  }
}

/** Whether one who has come later was a member before, when the message was sent. */
async function wasThere(tx: Tx, { conversation, user }: Standing, target: number): Promise<boolean> {
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
