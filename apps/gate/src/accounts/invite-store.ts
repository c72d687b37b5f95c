import type { Circuit } from '@berth/lifecycle';
import type { Mysql } from '@berth/mysql';
import { type InviteState, readInvite } from '@berth/mysql/invites';
import { parseInviteToken } from '@berth/tokens';
import { BerthError } from '@berth/wire';
import type { InvitePreview } from '@berth/wire/http';
import { mysqlCall } from '../mysql-call.ts';

/** Invites in MySQL, as whoever is not here yet sees them. */
export class MysqlInviteStore {
  readonly #db: Mysql;
  readonly #circuit: Circuit;

  constructor(db: Mysql, circuit: Circuit) {
    this.#db = db;
    this.#circuit = circuit;
  }

  /** Who invites, by an invite that is good. Throws otherwise: `not_found`, `invite_…`, `unavailable`. */
  async preview(invite: string): Promise<InvitePreview> {
    const key = parseInviteToken(invite);
    if (key === undefined) throw inviteRefusal('unknown');
    return mysqlCall(this.#circuit, async () => {
      const { state, expiresAt } = await readInvite(this.#db, key);
      if (state !== 'live') throw inviteRefusal(state);
      const [user] = await this.#db.rows<InvitePreview['user']>(
        'SELECT id, name, nick, icon FROM users WHERE id = ?',
        [key.user],
      );
      if (user === undefined) throw inviteRefusal('unknown');
      return { user: { ...user }, expiresAt };
    });
  }
}

export const inviteRefusal = (state: Exclude<InviteState, 'live'>): BerthError =>
  state === 'unknown'
    ? new BerthError('not_found', 'There is no such invite.')
    : new BerthError(`invite_${state}`);
