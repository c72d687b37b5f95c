import { BerthError, limits } from '@berth/wire';
import type { Database } from '../stores/guarded-mysql.ts';
import type { Change, CommittedChange } from './change-work.ts';
import type { MysqlChangeStore } from './mysql-change-store.ts';

/** A message that is pinned, and the entry that pinned it. */
interface Pin {
  target: number;
  seq: number;
}

/** What is pinned in conversations, for everybody there. */
export class MysqlPins {
  readonly #mysql: Database;
  readonly #changes: Pick<MysqlChangeStore, 'commit'>;

  constructor(mysql: Database, changes: Pick<MysqlChangeStore, 'commit'>) {
    this.#mysql = mysql;
    this.#changes = changes;
  }

  /** By both in a direct conversation, by owner and admins of a group. The count alone when it was so before. */
  async pin(change: Change, on: boolean): Promise<CommittedChange | { count: number }> {
    const { conversation, sender, target: seq } = change;
    let count = 0;
    const all = { sql: 'SELECT COUNT(*) AS n FROM pins WHERE conversation_id = ?', params: [conversation] };
    const committed = await this.#changes.commit('pinned', change, {
      reads: [all],
      judge: ({ standing, target, now, read: [counted] }) => {
        if (standing.kind === 'group' && standing.member!.role === 'member')
          throw new BerthError('forbidden', 'only admins pin messages here');
        count = (counted as { n: number }[])[0]!.n;
        const { changed: _, pinned, ...state } = target.state ?? {};
        if ((pinned !== undefined) === on) return undefined;
        if (on && count >= limits.maxPins)
          throw new BerthError('limit_reached', `at most ${limits.maxPins} messages are pinned`);
        count += on ? 1 : -1;
        const also = (entry: number) => [
          on
            ? {
                sql: 'REPLACE INTO pins (conversation_id, target_seq, seq) VALUES (?, ?, ?)',
                params: [conversation, seq, entry],
              }
            : {
                sql: 'DELETE FROM pins WHERE conversation_id = ? AND target_seq = ?',
                params: [conversation, seq],
              },
        ];
        return {
          details: { on, count },
          state: on ? { ...state, pinned: { by: sender, at: now } } : state,
          also,
        };
      },
    });
    return committed ?? { count };
  }

  /** The one pinned last first; those that were pinned before an entry. `then`: those of an earlier time, in their order. */
  async list(
    conversation: number,
    before: number | undefined,
    limit: number,
    then?: readonly Pin[],
  ): Promise<readonly Pin[]> {
    if (then !== undefined) return then.filter(({ seq }) => seq < (before ?? Infinity)).slice(0, limit);
    return this.#mysql.rows<{ target: number; seq: number }>(
      `SELECT target_seq AS target, seq FROM pins WHERE conversation_id = ? AND seq < ? ORDER BY seq DESC LIMIT ?`,
      [conversation, before ?? 0xffff_ffff, String(limit)],
    );
  }
}
