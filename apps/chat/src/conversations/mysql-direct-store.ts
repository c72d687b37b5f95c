import { BerthError } from '@berth/wire';
import { readAcquaintances, refusalOf } from '../membership/acquaintance.ts';
import { findDirect } from '../membership/conversation-rows.ts';
import type { Database } from '../stores/guarded-mysql.ts';
import { type DirectChange, ensureDirect, setFriends } from './direct-conversations.ts';
import { unchanged } from './log-change.ts';

export interface MysqlDirectStoreOptions {
  mysql: Database;
  strangersMayWrite: boolean;
}

/** The conversations of two. */
export class MysqlDirectStore {
  readonly #mysql: Database;
  readonly #strangersMayWrite: boolean;

  constructor({ mysql, strangersMayWrite }: MysqlDirectStoreOptions) {
    this.#mysql = mysql;
    this.#strangersMayWrite = strangersMayWrite;
  }

  async exists(user: number, other: number): Promise<boolean> {
    return (await findDirect(this.#mysql, user, other)) !== undefined;
  }

  /**
   * The pair's conversation; made when they may write to each other. One that exists can always be opened: its history
   * stays. Errors: `not_found`, `blocked`, `not_friends`.
   */
  async open(user: number, other: number): Promise<DirectChange & { created: boolean }> {
    if (user === other) throw new BerthError('bad_request', 'a direct conversation takes two');
    const found = await findDirect(this.#mysql, user, other);
    if (found !== undefined) {
      return { ...unchanged(found), conversation: found.id, created: false };
    }
    return this.#mysql.transaction(async (tx) => {
      // Before the row is made, so that a refusal costs no id; and after, when no block can slip in any more.
      await this.#requireAllowed(tx, user, other);
      const made = await ensureDirect(tx, user, other, Date.now());
      const { friend } = await this.#requireAllowed(tx, user, other);
      const change = friend ? await setFriends(tx, made, true) : unchanged(made.row);
      return { ...change, conversation: made.row.id, created: made.created };
    });
  }

  async #requireAllowed(tx: Parameters<typeof readAcquaintances>[0], user: number, other: number) {
    const acquaintance = (await readAcquaintances(tx, user, [other])).get(other)!;
    const refusal = refusalOf(acquaintance, this.#strangersMayWrite);
    if (refusal !== undefined) throw refusal;
    return acquaintance;
  }
}
