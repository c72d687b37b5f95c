import type { Statement } from '@berth/mysql';
import { BerthError, type Poll, type Profile } from '@berth/wire';
import type { Database } from '../stores/guarded-mysql.ts';
import { withProfiles } from '../stores/profile-rows.ts';
import type { Change, CommittedChange, Locked } from './change-work.ts';
import type { MysqlChangeStore } from './mysql-change-store.ts';

type Counted = Pick<Poll, 'counts' | 'voters'>;

/** A place in the list of who chose what: by option, then by user. */
interface VotePlace {
  option: number;
  user: number;
}

/** What those in a conversation choose in its polls. The poll itself stands with its message, as it is now. */
export class MysqlPolls {
  readonly #mysql: Database;
  readonly #changes: Pick<MysqlChangeStore, 'commit'>;

  constructor(mysql: Database, changes: Pick<MysqlChangeStore, 'commit'>) {
    this.#mysql = mysql;
    this.#changes = changes;
  }

  /**
   * Chooses in place of what was chosen before; nothing takes it back. The counts alone when it was so before. Errors beside
   * those of a change: `bad_request` for options that cannot be chosen, `too_late` once it is closed.
   */
  async vote(change: Change, options: readonly number[]): Promise<CommittedChange | Counted> {
    const now: Counted = { counts: [], voters: 0 };
    const own = [change.conversation, change.target, change.sender];
    const chosen = {
      sql: 'SELECT choice FROM poll_votes WHERE conversation_id = ? AND target_seq = ? AND user_id = ?',
      params: own,
    };
    const committed = await this.#changes.commit('polled', change, {
      reads: [chosen],
      judge: ({ target, read: [rows] }) => {
        const poll = pollOf(target);
        if (poll.closed) throw new BerthError('too_late', 'this poll is closed');
        const next = chosenOf(poll, options);
        const before = new Set((rows as { choice: number }[]).map(({ choice }) => choice));
        const counts = poll.counts.map(
          (count, option) => count + Number(next.has(option)) - Number(before.has(option)),
        );
        const voters = poll.voters + Number(next.size > 0) - Number(before.size > 0);
        Object.assign(now, { counts, voters });
        if (next.symmetricDifference(before).size === 0) return undefined;
        const { changed: _, ...state } = target.state!;
        return {
          details: { counts, voters },
          // Nobody is to find out who it was, from the entry neither.
          ...(poll.anonymous && { sender: target.sender }),
          state: { ...state, poll: { ...poll, counts, voters } },
          also: () => replaceVotes(own, next),
        };
      },
    });
    return committed ?? now;
  }

  /** For who asked. Undefined when it was closed before. */
  async close(change: Change): Promise<CommittedChange | undefined> {
    return this.#changes.commit('polled', change, {
      judge: ({ target }) => {
        const poll = pollOf(target);
        if (target.sender !== change.sender) throw new BerthError('forbidden', 'this poll is another one’s');
        if (poll.closed) return undefined;
        const { changed: _, ...state } = target.state!;
        const { counts, voters } = poll;
        return {
          details: { counts, voters, closed: true },
          state: { ...state, poll: { ...poll, closed: true } },
        };
      },
    });
  }

  async own(user: number, conversation: number, target: number): Promise<number[]> {
    const rows = await this.#mysql.rows<{ choice: number }>(
      'SELECT choice FROM poll_votes WHERE conversation_id = ? AND target_seq = ? AND user_id = ? ORDER BY choice',
      [conversation, target, user],
    );
    return rows.map(({ choice }) => choice);
  }

  /** Who chose what, behind a place; `then`: as it was at an earlier time, in its order. */
  async list(
    conversation: number,
    target: number,
    after: VotePlace | undefined,
    limit: number,
    then?: readonly VotePlace[],
  ): Promise<{ option: number; user: Profile }[]> {
    const isBehind = ({ option, user }: VotePlace) =>
      after === undefined || option > after.option || (option === after.option && user > after.user);
    const places =
      then?.filter(isBehind).slice(0, limit) ?? (await this.#places(conversation, target, after, limit));
    return withProfiles(this.#mysql, places);
  }

  async #places(
    conversation: number,
    target: number,
    after: VotePlace | undefined,
    limit: number,
  ): Promise<VotePlace[]> {
    const behind = after === undefined ? '' : 'AND (choice, user_id) > (?, ?)';
    const rows = await this.#mysql.rows<{ choice: number; user_id: number }>(
      `SELECT choice, user_id FROM poll_votes WHERE conversation_id = ? AND target_seq = ? ${behind}
       ORDER BY choice, user_id LIMIT ?`,
      [conversation, target, ...(after === undefined ? [] : [after.option, after.user]), String(limit)],
    );
    return rows.map(({ choice: option, user_id: user }) => ({ option, user }));
  }
}

function pollOf({ state }: Locked['target']): Poll {
  if (state?.poll === undefined) throw new BerthError('not_found', 'this message is no poll');
  return state.poll;
}

function chosenOf({ options, many }: Poll, chosen: readonly number[]): Set<number> {
  const all = new Set(chosen);
  if ([...all].some((option) => option >= options.length))
    throw new BerthError('bad_request', 'this poll has no such option');
  if (!many && all.size > 1) throw new BerthError('bad_request', 'one option can be chosen in this poll');
  return all;
}

const replaceVotes = (own: readonly number[], next: ReadonlySet<number>): Statement[] => [
  {
    sql: 'DELETE FROM poll_votes WHERE conversation_id = ? AND target_seq = ? AND user_id = ?',
    params: own,
  },
  ...[...next].map((choice) => ({
    sql: 'INSERT INTO poll_votes (conversation_id, target_seq, user_id, choice) VALUES (?, ?, ?, ?)',
    params: [...own, choice],
  })),
];
