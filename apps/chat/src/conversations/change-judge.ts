import type { Tx } from '@berth/mysql';
import { BerthError } from '@berth/wire';
import { textKind } from '../log/entry-kinds.ts';
import { type MessageState, parseState } from '../log/message-state.ts';
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
  /** What `state` says, where it was said here. */
  parsed?: MessageState;
}

/** What is to be done, why it may not be, or neither: it was so before. */
export type Judged = { target: Target; outcome: Outcome } | { refusal: BerthError } | { target: Target };

export interface ChangeJudgeOptions {
  directory: MemberDirectory;
  strangersMayWrite: boolean;
}

/** What was read for a change. */
interface Ground {
  tx: Tx;
  row: Place;
  message: FoundRow | undefined;
  now: number;
  /** What the statements of its `reads` found. */
  read: readonly (readonly unknown[])[];
}

/** Says of changes what comes of them, by what was read. */
export class ChangeJudge {
  readonly #options: ChangeJudgeOptions;

  constructor(options: ChangeJudgeOptions) {
    this.#options = options;
  }

  /** At once where nothing more has to be read, as of most. */
  judge(pending: PendingChange, ground: Ground): Judged | Promise<Judged> {
    const standing = this.#cached(ground.row, pending.change.sender);
    if (standing === undefined || isOlder(pending.change.target, standing))
      return this.#judgeAsRead(pending, ground, standing);
    try {
      const judged = this.#judgeAs(standing, pending, ground);
      return judged instanceof Promise ? judged.catch(refused) : judged;
    } catch (error) {
      return refused(error);
    }
  }

  async #judgeAsRead(pending: PendingChange, ground: Ground, cached?: Standing): Promise<Judged> {
    const { sender: user, target } = pending.change;
    const { tx, row } = ground;
    try {
      const keys = [{ conversation: row.id, user }];
      const standing = cached ?? (await this.#options.directory.readUnderLock(tx, keys))[0]!;
      if (isOlder(target, standing) && !(await wasThere(tx, standing, target)))
        throw new BerthError('not_found');
      return await this.#judgeAs(standing, pending, ground);
    } catch (error) {
      return refused(error);
    }
  }

  /** Who may write any more, and sees the message; to take back what is one's own, or as an admin, one need not. */
  #judgeAs(
    standing: Standing,
    { kind, work }: PendingChange,
    { tx, message, now, read }: Ground,
  ): Judged | Promise<Judged> {
    if (!isMember(standing)) throw new BerthError('not_member');
    const { strangersMayWrite } = this.#options;
    const rules = { strangersMayWrite, now, reacting: kind === 'reacted' || kind === 'polled' };
    const refusal = kind === 'recalled' ? undefined : writeRefusal(standing, rules);
    if (refusal !== undefined) throw refusal;
    const target = targetOf(message);
    const outcome = work.judge({ tx, standing, target, now, read });
    return outcome instanceof Promise
      ? outcome.then((settled) => judgedBy(target, settled))
      : judgedBy(target, outcome);
  }

  /** As of the version that was read: a change of members is an entry, too, so that nothing is appended by an older one. */
  #cached(row: Place, user: number): Standing | undefined {
    const cached = this.#options.directory.cached(row.id, user);
    return cached?.membersVersion === row.membersVersion ? cached : undefined;
  }
}

const judgedBy = (target: Target, outcome: Outcome | undefined): Judged =>
  outcome === undefined ? { target } : { target, outcome };

function refused(error: unknown): Judged {
  if (error instanceof BerthError) return { refusal: error };
  throw error;
}

/** Whether the message came before a member did, the last time. */
const isOlder = (target: number, standing: Standing): boolean =>
  isMember(standing) && target <= standing.member!.joinedSeq;

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
  const state = row.parsed ?? parseState(row.state);
  if (state?.recalledBy !== undefined) throw new BerthError('recalled');
  return { sender: row.sender_id, sentAt: row.sent_at, text: row.text, state, attachments: row.attachments };
}
